//! Local response normalisation in the engine of a card.

use nin_kernels_cuda::{Buffer, Device, View, ViewMut, lrn};

use super::LocalResponseNorm;
use crate::LayerError;
use crate::engine::cuda::{BackwardPass, Context, Node};

/// Keeps the denominators from the forward pass to the backward pass.
pub(crate) struct CudaLrn<D: Device> {
    layer: LocalResponseNorm,
    denominators: Buffer<f32, D>,
}

impl<D: Device> CudaLrn<D> {
    pub(crate) fn new(layer: LocalResponseNorm) -> Self {
        Self { layer, denominators: Buffer::new() }
    }
}

impl<D: Device> Node<D> for CudaLrn<D> {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        self.denominators.grow(context.device, input.len())?;
        let (channels, kept) = (context.input_shape[1], self.denominators.view_mut(input.len()));
        Ok(lrn::forward(context.device, &self.layer.params, channels, input, output, kept)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let BackwardPass { input, grad_output, grad_input, .. } = pass;
        let Some(grad_input) = grad_input else { return Ok(()) };
        let saved = [input, self.denominators.view(input.len())];
        let (params, channels) = (&self.layer.params, context.input_shape[1]);
        let grads = grad_output.as_view();
        Ok(lrn::backward(context.device, params, channels, saved, grads, grad_input)?)
    }
}
