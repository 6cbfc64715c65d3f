//! Local response normalisation in a planned engine.

use nin_kernels::lrn;

use super::LocalResponseNorm;
use crate::LayerError;
use crate::engine::{BackwardPass, Context, Node};

pub(crate) struct LrnNode(pub(crate) LocalResponseNorm);

impl Node for LrnNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        lrn::forward(&self.0.params, context.input_shape[1], input, output);
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        let BackwardPass { input, grad_output, grad_input, .. } = pass;
        if let Some(grad_input) = grad_input {
            lrn::backward(&self.0.params, context.input_shape[1], input, grad_output, grad_input);
        }
        Ok(())
    }
}
