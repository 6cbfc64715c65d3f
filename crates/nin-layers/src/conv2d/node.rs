//! Convolution in a planned engine.

use nin_kernels::conv2d::{self, Conv2d, Inputs, Saved};
use nin_kernels::{Activation, Buffer};

use super::{Conv2dSpec, ConvSettings};
use crate::LayerError;
use crate::engine::{BackwardPass, Context, Node, Parameter};

pub(crate) struct Conv2dNode {
    spec: Conv2dSpec,
    settings: ConvSettings,
    /// Weight and bias, as [`Conv2dSpec::parameters`] lists them.
    parameters: Vec<Parameter>,
    /// The weight as the kernel reads it.
    packed: Buffer,
    /// Whether the weight may have changed since it was packed.
    is_stale: bool,
}

impl Conv2dNode {
    pub(crate) fn new(
        spec: Conv2dSpec,
        settings: ConvSettings,
        parameters: Vec<Parameter>,
    ) -> Self {
        Self { spec, settings, parameters, packed: Buffer::new(), is_stale: true }
    }

    fn kernel(&self, context: &Context<'_>) -> Result<Conv2d, LayerError> {
        Ok(Conv2d::new(self.spec.kernel_shape(context.input_shape)?, self.settings))
    }
}

impl Node for Conv2dNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let conv = self.kernel(context)?;
        let [weight, bias] = &*self.parameters else { unreachable!("a convolution has two") };
        if self.is_stale {
            self.packed.grow(conv.packed_len());
            conv.pack(&weight.value, &mut self.packed, context.scratch(conv.pack_scratch_len()));
            self.is_stale = false;
        }
        let inputs = Inputs { input, packed: &self.packed, bias: &bias.value };
        let scratch = context.scratch(conv.forward_scratch_len());
        conv.forward(self.spec.activation, inputs, output, scratch);
        Ok(())
    }

    fn activation(&self) -> Activation {
        self.spec.activation
    }

    fn applies_input_activation(&self) -> bool {
        true
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        let conv = self.kernel(context)?;
        let [weight, bias] = &mut *self.parameters else { unreachable!("a convolution has two") };
        let BackwardPass { input, input_activation, grad_output, grad_input, .. } = pass;
        conv.backward(
            Saved { input, input_activation, weight: &weight.value },
            grad_output,
            conv2d::Gradients { input: grad_input, weight: &mut weight.grad, bias: &mut bias.grad },
            context.scratch(conv.backward_scratch_len()),
        );
        Ok(())
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [Parameter] {
        self.is_stale = true;
        &mut self.parameters
    }
}
