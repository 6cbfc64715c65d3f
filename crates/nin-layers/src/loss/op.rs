//! Cross-entropy as one node on candle's tape.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use nin_kernels::cross_entropy::{self, LabelSmoothing};

use crate::host::{numbers, slice, tensor_like};

pub(super) struct CrossEntropyOp {
    pub(super) labels: Vec<u32>,
    pub(super) smoothing: LabelSmoothing,
}

impl CustomOp1 for CrossEntropyOp {
    fn name(&self) -> &'static str {
        "nin-cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (samples, classes) = layout.shape().dims2()?;
        let logits = slice(logits, layout)?;
        let sum = cross_entropy::forward(classes, self.smoothing, logits, &self.labels);
        Ok((CpuStorage::F32(vec![(sum / samples as f64) as f32]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, grad_loss: &Tensor) -> Result<Option<Tensor>> {
        let (_, classes) = logits.dims2()?;
        let values = numbers(logits)?;
        let mut grads = vec![0.0; values.len()];
        let (labels, smoothing) = (&self.labels, self.smoothing);
        cross_entropy::forward_backward(classes, smoothing, &values, labels, &mut grads);
        let factor = grad_loss.to_scalar::<f32>()?;
        grads.iter_mut().for_each(|grad| *grad *= factor);
        tensor_like(grads, logits).map(Some)
    }
}
