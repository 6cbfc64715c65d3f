//! Dropout in the engine of a card.

use nin_kernels::dropout::DropoutProbability;
use nin_kernels_cuda::{Device, View, ViewMut, dropout};

use super::key;
use crate::engine::cuda::{BackwardPass, Context, Node};
use crate::{LayerError, Mode};

/// The mask is made again for the gradient: the key is all that is kept.
pub(crate) struct CudaDropout(pub(crate) DropoutProbability);

impl<D: Device> Node<D> for CudaDropout {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        // Nothing is dropped with probability 0, which copies.
        let p = match context.mode {
            Mode::Train => self.0,
            Mode::Eval => DropoutProbability::new(0.0)?,
        };
        let key = key(context.seed, context.step, context.layer);
        Ok(dropout::apply(context.device, p, key, input, output)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let Some(grad_input) = pass.grad_input else { return Ok(()) };
        let key = key(context.seed, context.step, context.layer);
        let grads = pass.grad_output.as_view();
        Ok(dropout::apply(context.device, self.0, key, grads, grad_input)?)
    }
}
