//! Max pooling in the engine of a card.

use nin_kernels_cuda::{Buffer, Device, View, ViewMut, max_pool};

use super::MaxPool2d;
use crate::engine::cuda::{BackwardPass, Context, Node};
use crate::{LayerError, Mode};

/// Keeps each window's winner from the forward pass to the backward pass.
pub(crate) struct CudaMaxPool<D: Device> {
    layer: MaxPool2d,
    indices: Buffer<u8, D>,
}

impl<D: Device> CudaMaxPool<D> {
    pub(crate) fn new(layer: MaxPool2d) -> Self {
        Self { layer, indices: Buffer::new() }
    }
}

impl<D: Device> Node<D> for CudaMaxPool<D> {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        let shape = self.layer.kernel_shape(context.input_shape)?;
        let len = shape.output_len();
        let indices = match context.mode {
            Mode::Train => {
                self.indices.grow(context.device, len)?;
                Some(self.indices.view_mut(len))
            }
            Mode::Eval => None,
        };
        Ok(max_pool::forward(context.device, &shape, input, output, indices)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let Some(grad_input) = pass.grad_input else { return Ok(()) };
        let shape = self.layer.kernel_shape(context.input_shape)?;
        let (grads, indices) = (pass.grad_output.as_view(), self.indices.view(shape.output_len()));
        Ok(max_pool::backward(context.device, &shape, grads, indices, grad_input)?)
    }
}
