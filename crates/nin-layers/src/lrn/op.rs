//! Local response normalisation as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::lrn::{self, LrnParams};

use crate::host::{dims, numbers, slice, tensor_like};

pub(super) struct LrnOp(pub(super) LrnParams);

impl CustomOp1 for LrnOp {
    fn name(&self) -> &'static str {
        "nin-local-response-norm"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let [_, _, _, channels] = dims(layout)?;
        let input = slice(input, layout)?;
        let mut output = vec![0.0; input.len()];
        lrn::forward(&self.0, channels, input, &mut output);
        Ok((CpuStorage::F32(output), layout.shape().clone()))
    }

    fn bwd(&self, input: &Tensor, _: &Tensor, grad_output: &Tensor) -> Result<Option<Tensor>> {
        let [_, _, _, channels] = dims(input.layout())?;
        let grad_output = grad_output.contiguous()?;
        let (values, grads) = (numbers(input)?, numbers(&grad_output)?);
        let mut grad_input = vec![0.0; values.len()];
        lrn::backward(&self.0, channels, &values, &grads, &mut grad_input);
        tensor_like(grad_input, input).map(Some)
    }
}
