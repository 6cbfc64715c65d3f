//! Convolution as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use nin_kernels::conv2d::{Gradients, Saved, backward, forward};

use super::Conv2dSpec;
use crate::host::{nchw, numbers, slice, tensor_like};

/// Input N, H, W, I; weight O, k, k, I; bias O.
pub(super) struct Conv2dOp {
    pub(super) spec: Conv2dSpec,
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
        let shape = self.spec.kernel_shape(nchw(input_layout)?)?;
        let mut output = vec![0.0; shape.output_len()];
        let mut scratch = vec![0.0; shape.forward_scratch_len()];
        forward(
            &shape,
            self.spec.activation,
            slice(input, input_layout)?,
            slice(weight, weight_layout)?,
            slice(bias, bias_layout)?,
            &mut output,
            &mut scratch,
        );
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
        let shape = self.spec.kernel_shape(nchw(input.layout())?)?;
        let mut grad_output = grad_output.flatten_all()?.to_vec1::<f32>()?;
        let mut grad_input = input.track_op().then(|| vec![0.0; shape.input_len()]);
        let mut grad_weight = vec![0.0; shape.weight_len()];
        let mut grad_bias = vec![0.0; shape.out_channels];
        let mut scratch = vec![0.0; shape.backward_scratch_len()];
        let saved =
            Saved { input: &numbers(input)?, weight: &numbers(weight)?, output: &numbers(output)? };
        let gradients = Gradients {
            input: grad_input.as_deref_mut(),
            weight: &mut grad_weight,
            bias: &mut grad_bias,
        };
        let activation = self.spec.activation;
        backward(&shape, activation, saved, &mut grad_output, gradients, &mut scratch);
        Ok((
            grad_input.map(|grad| tensor_like(grad, input)).transpose()?,
            Some(tensor_like(grad_weight, weight)?),
            Some(tensor_like(grad_bias, bias)?),
        ))
    }
}
