//! Max pooling as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::max_pool;

use super::MaxPool2d;
use crate::host::{nchw, numbers, slice, tensor_like};

pub(super) struct MaxPoolOp(pub(super) MaxPool2d);

impl CustomOp1 for MaxPoolOp {
    fn name(&self) -> &'static str {
        "nin-max-pool2d"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let shape = self.0.kernel_shape(nchw(layout)?)?;
        let mut output = vec![0.0; shape.output_len()];
        max_pool::forward_inference(&shape, slice(input, layout)?, &mut output);
        let sizes = (shape.batch(), shape.out_height(), shape.out_width(), shape.channels());
        Ok((CpuStorage::F32(output), sizes.into()))
    }

    fn bwd(&self, input: &Tensor, _: &Tensor, grad_output: &Tensor) -> Result<Option<Tensor>> {
        let shape = self.0.kernel_shape(nchw(input.layout())?)?;
        // Finding the maxima again costs one pass and keeps the op free of state.
        let mut output = vec![0.0; shape.output_len()];
        let mut indices = vec![0; shape.output_len()];
        max_pool::forward(&shape, &numbers(input)?, &mut output, &mut indices);
        let grad_output = grad_output.contiguous()?;
        let mut grad_input = vec![0.0; shape.input_len()];
        max_pool::backward(&shape, &numbers(&grad_output)?, &indices, &mut grad_input);
        tensor_like(grad_input, input).map(Some)
    }
}
