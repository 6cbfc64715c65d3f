//! Average pooling in a planned engine.

use nin_kernels::{PoolShape, avg_pool};

use super::AvgPool2d;
use crate::engine::{Context, Gradients, Node};
use crate::{LayerError, shape};

pub(crate) struct AvgPoolNode(pub(crate) AvgPool2d);

impl AvgPoolNode {
    fn shape(&self, input: [usize; 4]) -> Result<PoolShape, LayerError> {
        PoolShape::new(shape::nhwc(input), self.0.window, self.0.rounding)
            .map_err(|source| shape::error("average pool", input, source))
    }
}

impl Node for AvgPoolNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        avg_pool::forward(&self.shape(context.input_shape)?, self.0.divisor, input, output);
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        gradients: Gradients<'_>,
    ) -> Result<(), LayerError> {
        if let Some(grad_input) = gradients.grad_input {
            let shape = self.shape(context.input_shape)?;
            avg_pool::backward(&shape, self.0.divisor, gradients.grad_output, grad_input);
        }
        Ok(())
    }
}
