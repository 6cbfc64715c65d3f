//! Max pooling in a planned engine.

use nin_kernels::{PoolShape, max_pool};

use super::MaxPool2d;
use crate::engine::{Context, Gradients, Node};
use crate::{LayerError, Mode, shape};

/// Keeps each window's winner from the forward pass to the backward pass.
pub(crate) struct MaxPoolNode {
    layer: MaxPool2d,
    indices: Vec<u8>,
}

impl MaxPoolNode {
    pub(crate) fn new(layer: MaxPool2d) -> Self {
        Self { layer, indices: Vec::new() }
    }

    fn shape(&self, input: [usize; 4]) -> Result<PoolShape, LayerError> {
        PoolShape::new(shape::nhwc(input), self.layer.window, self.layer.rounding)
            .map_err(|source| shape::error("max pool", input, source))
    }
}

impl Node for MaxPoolNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let shape = self.shape(context.input_shape)?;
        if context.mode == Mode::Eval {
            max_pool::forward_inference(&shape, input, output);
            return Ok(());
        }
        self.indices.resize(shape.output_len(), 0);
        max_pool::forward(&shape, input, output, &mut self.indices);
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        gradients: Gradients<'_>,
    ) -> Result<(), LayerError> {
        if let Some(grad_input) = gradients.grad_input {
            let shape = self.shape(context.input_shape)?;
            max_pool::backward(&shape, gradients.grad_output, &self.indices, grad_input);
        }
        Ok(())
    }
}
