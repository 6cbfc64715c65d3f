//! Dropout in a planned engine.

use nin_kernels::dropout::{self, DropoutProbability};

use super::key;
use crate::engine::{BackwardPass, Context, Node};
use crate::{LayerError, Mode};

/// The mask is made again for the gradient: the key is all that is kept.
pub(crate) struct DropoutNode(pub(crate) DropoutProbability);

impl Node for DropoutNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        match context.mode {
            Mode::Train => dropout::apply(
                self.0,
                key(context.seed, context.step, context.layer),
                input,
                output,
            ),
            Mode::Eval => output.copy_from_slice(input),
        }
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        if let Some(grad_input) = pass.grad_input {
            dropout::apply(
                self.0,
                key(context.seed, context.step, context.layer),
                pass.grad_output,
                grad_input,
            );
        }
        Ok(())
    }
}
