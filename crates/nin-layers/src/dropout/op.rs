//! Dropout as one node on candle's tape.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::dropout::{self, DropoutKey, DropoutProbability};

use crate::host::{numbers, slice, tensor_like};

pub(super) struct DropoutOp {
    pub(super) p: DropoutProbability,
    pub(super) key: DropoutKey,
}

impl CustomOp1 for DropoutOp {
    fn name(&self) -> &'static str {
        "nin-dropout"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let input = slice(input, layout)?;
        let mut output = vec![0.0; input.len()];
        dropout::apply(self.p, self.key, input, &mut output);
        Ok((CpuStorage::F32(output), layout.shape().clone()))
    }

    fn bwd(&self, input: &Tensor, _: &Tensor, grad_output: &Tensor) -> Result<Option<Tensor>> {
        let grad_output = grad_output.contiguous()?;
        let mut grad_input = vec![0.0; input.elem_count()];
        dropout::apply(self.p, self.key, &numbers(&grad_output)?, &mut grad_input);
        tensor_like(grad_input, input).map(Some)
    }
}
