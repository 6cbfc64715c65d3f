//! Softmax cross-entropy.

mod op;

use candle_core::{Result, Tensor, bail};
use nin_kernels::cross_entropy::LabelSmoothing;

/// Mean over the batch of −Σ q_c · log softmax(logits)_c, with the target q
/// the label's class, or (1 − s) of it and s spread over all classes.
///
/// # Shapes
///
/// `logits` N, C (f32), `labels` N class numbers below C, result a scalar.
///
/// # Parameters
///
/// `smoothing` s in \[0, 1\].
///
/// # Gradient
///
/// (softmax(logits) − q) / N.
///
/// # Errors
///
/// Logits of other rank, another number of labels, a label that is no class.
///
/// # Source
///
/// PyTorch's `cross_entropy` with `label_smoothing` and its mean reduction.
pub fn cross_entropy(logits: &Tensor, labels: &[u32], smoothing: LabelSmoothing) -> Result<Tensor> {
    let (samples, classes) = logits.dims2()?;
    if samples != labels.len() || samples == 0 {
        bail!("{} labels for {samples} rows of logits", labels.len());
    }
    if let Some(label) = labels.iter().find(|&&label| label as usize >= classes) {
        bail!("label {label} with {classes} classes");
    }
    let op = op::CrossEntropyOp { labels: labels.to_vec(), smoothing };
    logits.contiguous()?.apply_op1(op)
}
