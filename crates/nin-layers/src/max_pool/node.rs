//! Max pooling in a planned engine.

use nin_kernels::max_pool;

use super::MaxPool2d;
use crate::engine::{BackwardPass, Context, Node};
use crate::{LayerError, Mode};

/// Keeps each window's winner from the forward pass to the backward pass.
pub(crate) struct MaxPoolNode {
    layer: MaxPool2d,
    indices: Vec<u8>,
}

impl MaxPoolNode {
    pub(crate) fn new(layer: MaxPool2d) -> Self {
        Self { layer, indices: Vec::new() }
    }
}

impl Node for MaxPoolNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let shape = self.layer.kernel_shape(context.input_shape)?;
        if context.mode == Mode::Eval {
            max_pool::forward_inference(&shape, input, output);
            return Ok(());
        }
        self.indices.resize(shape.output_len(), 0);
        max_pool::forward(&shape, input, output, &mut self.indices);
        Ok(())
    }

    fn applies_input_activation(&self) -> bool {
        true
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        let BackwardPass { input_activation, output, grad_output, grad_input, .. } = pass;
        if let Some(grad_input) = grad_input {
            let shape = self.layer.kernel_shape(context.input_shape)?;
            // Each output is the input that its gradient goes to.
            input_activation.backward_in_place(output, grad_output);
            max_pool::backward(&shape, grad_output, &self.indices, grad_input);
        }
        Ok(())
    }
}
