//! Global average pooling in the engine of a card.

use nin_kernels_cuda::{Device, View, ViewMut, global_avg_pool};

use crate::LayerError;
use crate::engine::cuda::{BackwardPass, Context, Node};

pub(crate) struct CudaGlobalAvgPool;

/// N, pixels, C of an input.
fn shape<D: Device>(context: &Context<'_, D>) -> [usize; 3] {
    let [batch, channels, height, width] = context.input_shape;
    [batch, height * width, channels]
}

impl<D: Device> Node<D> for CudaGlobalAvgPool {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        Ok(global_avg_pool::forward(context.device, shape(context), input, output)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let Some(grad_input) = pass.grad_input else { return Ok(()) };
        let grads = pass.grad_output.as_view();
        Ok(global_avg_pool::backward(context.device, shape(context), grads, grad_input)?)
    }
}
