//! Convolution in the engine of a card.

use nin_kernels_cuda::conv2d::{Conv2d, Gradients, Saved};
use nin_kernels_cuda::{Device, View, ViewMut};

use super::{Conv2dSpec, ConvSettings};
use crate::LayerError;
use crate::engine::cuda::{BackwardPass, Context, ForBackward, Node};

pub(crate) struct CudaConv2d {
    spec: Conv2dSpec,
    settings: ConvSettings,
    /// The places of weight and bias.
    weight: usize,
    bias: usize,
}

impl CudaConv2d {
    /// The parameters begin at this place, as [`Conv2dSpec::parameters`] lists them.
    pub(crate) fn new(spec: Conv2dSpec, settings: ConvSettings, first: usize) -> Self {
        Self { spec, settings, weight: first, bias: first + 1 }
    }

    fn conv<D: Device>(&self, context: &Context<'_, D>) -> Result<Conv2d, LayerError> {
        Ok(Conv2d {
            shape: self.spec.kernel_shape(context.input_shape)?,
            method: self.settings.method,
            precision: self.settings.precision,
            activation: self.spec.activation,
        })
    }
}

impl<D: Device> Node<D> for CudaConv2d {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        let conv = self.conv(context)?;
        let learnt = [self.weight, self.bias].map(|place| context.parameters.value(place));
        Ok(conv.forward(context.device, input, learnt, output, context.scratch)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let conv = self.conv(context)?;
        let ForBackward { values: [kernel], grads: [weight, bias] } =
            context.parameters.for_backward([self.weight], [self.weight, self.bias]);
        let BackwardPass { input, output, grad_output, grad_input } = pass;
        let saved = Saved { input, output, weight: kernel };
        let gradients = Gradients { input: grad_input, weight, bias };
        Ok(conv.backward(context.device, &saved, grad_output, gradients, context.scratch)?)
    }
}
