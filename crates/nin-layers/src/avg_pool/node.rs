//! Average pooling in a planned engine.

use nin_kernels::avg_pool;

use super::AvgPool2d;
use crate::LayerError;
use crate::engine::{BackwardPass, Context, Node};

pub(crate) struct AvgPoolNode(pub(crate) AvgPool2d);

impl Node for AvgPoolNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        avg_pool::forward(
            &self.0.kernel_shape(context.input_shape)?,
            self.0.divisor,
            input,
            output,
        );
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        if let Some(grad_input) = pass.grad_input {
            let shape = self.0.kernel_shape(context.input_shape)?;
            avg_pool::backward(&shape, self.0.divisor, pass.grad_output, grad_input);
        }
        Ok(())
    }
}
