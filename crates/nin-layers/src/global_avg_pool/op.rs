//! Global average pooling as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::global_avg_pool;

use crate::host::{dims, numbers, slice, tensor_like};

pub(super) struct GlobalAvgPoolOp;

impl CustomOp1 for GlobalAvgPoolOp {
    fn name(&self) -> &'static str {
        "nin-global-avg-pool2d"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let [batch, height, width, channels] = dims(layout)?;
        let mut output = vec![0.0; batch * channels];
        let input = slice(input, layout)?;
        global_avg_pool::forward(batch, height * width, channels, input, &mut output);
        Ok((CpuStorage::F32(output), (batch, 1, 1, channels).into()))
    }

    fn bwd(&self, input: &Tensor, _: &Tensor, grad_output: &Tensor) -> Result<Option<Tensor>> {
        let [batch, height, width, channels] = dims(input.layout())?;
        let grad_output = grad_output.contiguous()?;
        let mut grad_input = vec![0.0; input.elem_count()];
        global_avg_pool::backward(
            batch,
            height * width,
            channels,
            &numbers(&grad_output)?,
            &mut grad_input,
        );
        tensor_like(grad_input, input).map(Some)
    }
}
