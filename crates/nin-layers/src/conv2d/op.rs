//! Convolution as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use nin_kernels::conv2d::{self, Gradients, Inputs, Saved};
use nin_kernels::{Activation, Buffer};

use super::{Conv2dSpec, ConvSettings};
use crate::host::{before_activation, nchw, numbers, slice, tensor_like};

/// Input N, H, W, I; weight O, k, k, I; bias O.
pub(super) struct Conv2dOp {
    pub(super) spec: Conv2dSpec,
    pub(super) settings: ConvSettings,
}

impl Conv2dOp {
    fn kernel(&self, input: &Layout) -> Result<conv2d::Conv2d> {
        Ok(conv2d::Conv2d::new(self.spec.kernel_shape(nchw(input)?)?, self.settings))
    }
}

impl CustomOp3 for Conv2dOp {
    fn name(&self) -> &'static str {
        "nin-conv2d"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let conv = self.kernel(input_layout)?;
        let shape = conv.shape();
        let scratch_len = conv.pack_scratch_len().max(conv.forward_scratch_len());
        let (mut scratch, mut packed) =
            (Buffer::zeros(scratch_len), Buffer::zeros(conv.packed_len()));
        conv.pack(slice(weight, weight_layout)?, &mut packed, &mut scratch);
        let input = slice(input, input_layout)?;
        let inputs = Inputs { input, packed: &packed, bias: slice(bias, bias_layout)? };
        let mut output = vec![0.0; shape.output_len()];
        conv.forward(self.spec.activation, inputs, &mut output, &mut scratch);
        let sizes = (shape.batch, shape.out_height(), shape.out_width(), shape.out_channels);
        Ok((CpuStorage::F32(output), sizes.into()))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        output: &Tensor,
        grad_output: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let conv = self.kernel(input.layout())?;
        let shape = conv.shape();
        let mut grad_input = input.track_op().then(|| vec![0.0; shape.input_len()]);
        let mut grad_weight = vec![0.0; shape.weight_len()];
        let mut grad_bias = vec![0.0; shape.out_channels];
        let grad_output = before_activation(self.spec.activation, output, grad_output)?;
        let saved = Saved {
            input: &numbers(input)?,
            // Another node of the tape.
            input_activation: Activation::None,
            weight: &numbers(weight)?,
        };
        let gradients = Gradients {
            input: grad_input.as_deref_mut(),
            weight: &mut grad_weight,
            bias: &mut grad_bias,
        };
        let mut scratch = Buffer::zeros(conv.backward_scratch_len());
        conv.backward(saved, &grad_output, gradients, &mut scratch);
        Ok((
            grad_input.map(|grad| tensor_like(grad, input)).transpose()?,
            Some(tensor_like(grad_weight, weight)?),
            Some(tensor_like(grad_bias, bias)?),
        ))
    }
}
