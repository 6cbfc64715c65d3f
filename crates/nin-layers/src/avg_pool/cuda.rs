//! Average pooling in the engine of a card.

use nin_kernels_cuda::{Device, View, ViewMut, avg_pool};

use super::AvgPool2d;
use crate::LayerError;
use crate::engine::cuda::{BackwardPass, Context, Node};

pub(crate) struct CudaAvgPool(pub(crate) AvgPool2d);

impl<D: Device> Node<D> for CudaAvgPool {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        let shape = self.0.kernel_shape(context.input_shape)?;
        Ok(avg_pool::forward(context.device, &shape, self.0.divisor, input, output)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let Some(grad_input) = pass.grad_input else { return Ok(()) };
        let shape = self.0.kernel_shape(context.input_shape)?;
        let grads = pass.grad_output.as_view();
        Ok(avg_pool::backward(context.device, &shape, self.0.divisor, grads, grad_input)?)
    }
}
