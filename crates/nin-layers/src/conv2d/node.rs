//! Convolution in a planned engine.

use nin_kernels::conv2d::{self, Saved};

use super::Conv2dSpec;
use crate::LayerError;
use crate::engine::{Context, Gradients, Node, Parameter};

pub(crate) struct Conv2dNode {
    spec: Conv2dSpec,
    /// Weight and bias, as [`Conv2dSpec::parameters`] lists them.
    parameters: Vec<Parameter>,
}

impl Conv2dNode {
    pub(crate) fn new(spec: Conv2dSpec, parameters: Vec<Parameter>) -> Self {
        Self { spec, parameters }
    }
}

impl Node for Conv2dNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let shape = self.spec.kernel_shape(context.input_shape)?;
        let [weight, bias] = &*self.parameters else { unreachable!("a convolution has two") };
        let scratch = context.scratch(shape.forward_scratch_len());
        let activation = self.spec.activation;
        conv2d::forward(&shape, activation, input, &weight.value, &bias.value, output, scratch);
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        gradients: Gradients<'_>,
    ) -> Result<(), LayerError> {
        let shape = self.spec.kernel_shape(context.input_shape)?;
        let [weight, bias] = &mut *self.parameters else { unreachable!("a convolution has two") };
        let Gradients { input, output, grad_output, grad_input } = gradients;
        conv2d::backward(
            &shape,
            self.spec.activation,
            Saved { input, weight: &weight.value, output },
            grad_output,
            conv2d::Gradients { input: grad_input, weight: &mut weight.grad, bias: &mut bias.grad },
            context.scratch(shape.backward_scratch_len()),
        );
        Ok(())
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }
}
