//! Global average pooling in a planned engine.

use nin_kernels::global_avg_pool;

use crate::LayerError;
use crate::engine::{BackwardPass, Context, Node};

pub(crate) struct GlobalAvgPoolNode;

impl Node for GlobalAvgPoolNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let [batch, channels, height, width] = context.input_shape;
        global_avg_pool::forward(batch, height * width, channels, input, output);
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        if let Some(grad_input) = pass.grad_input {
            let [batch, channels, height, width] = context.input_shape;
            let pixels = height * width;
            global_avg_pool::backward(batch, pixels, channels, pass.grad_output, grad_input);
        }
        Ok(())
    }
}
