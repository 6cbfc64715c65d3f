//! Average pooling as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::avg_pool;

use super::AvgPool2d;
use crate::host::{nchw, numbers, slice, tensor_like};

pub(super) struct AvgPoolOp(pub(super) AvgPool2d);

impl CustomOp1 for AvgPoolOp {
    fn name(&self) -> &'static str {
        "nin-avg-pool2d"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let shape = self.0.kernel_shape(nchw(layout)?)?;
        let mut output = vec![0.0; shape.output_len()];
        avg_pool::forward(&shape, self.0.divisor, slice(input, layout)?, &mut output);
        let sizes = (shape.batch(), shape.out_height(), shape.out_width(), shape.channels());
        Ok((CpuStorage::F32(output), sizes.into()))
    }

    fn bwd(&self, input: &Tensor, _: &Tensor, grad_output: &Tensor) -> Result<Option<Tensor>> {
        let shape = self.0.kernel_shape(nchw(input.layout())?)?;
        let grad_output = grad_output.contiguous()?;
        let mut grad_input = vec![0.0; shape.input_len()];
        let divisor = self.0.divisor;
        avg_pool::backward(&shape, divisor, &numbers(&grad_output)?, &mut grad_input);
        tensor_like(grad_input, input).map(Some)
    }
}
