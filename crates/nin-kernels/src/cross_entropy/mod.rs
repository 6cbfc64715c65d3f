//! Cross-entropy of logits and labels, with label smoothing:
//! loss_n = −Σ_k q_k · log softmax(x_n)_k with
//! q_k = (1 − s) · \[k = label_n\] + s / K.
//!
//! # Shapes
//!
//! Logits (N, K), labels (N) below K, gradient (N, K).
//!
//! # Parameters
//!
//! [`LabelSmoothing`] s in \[0, 1\].
//!
//! # Gradient
//!
//! Of the **mean** loss: ∂L/∂x_nk = (softmax(x_n)_k − q_k) / N. The loss itself
//! is returned as the **sum** over the batch, so that batches of different
//! sizes add up to an exact mean.
//!
//! # Cost
//!
//! One exponential a logit (two with the gradient), one logarithm a sample, all
//! in f64 on one thread; no scratch.
//!
//! # Source
//!
//! PyTorch's `cross_entropy`; Szegedy et al., Rethinking the Inception
//! Architecture (2015), section 7.
//!
//! ```
//! use nin_kernels::cross_entropy::{self, LabelSmoothing};
//!
//! let loss = cross_entropy::forward(10, LabelSmoothing::NONE, &[0.0; 20], &[3, 7]);
//! assert!((loss / 2.0 - f64::ln(10.0)).abs() < 1e-12);
//! ```

mod prediction;
pub mod reference;
#[cfg(test)]
mod tests;

pub use prediction::{argmax, count_correct};

use crate::ParamError;
use prediction::index_of_largest;

/// The share of each label that is spread evenly over all classes, in \[0, 1\].
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct LabelSmoothing(f64);

impl LabelSmoothing {
    /// Labels as they are.
    pub const NONE: Self = Self(0.0);

    /// Accepts 0 ≤ s ≤ 1.
    ///
    /// # Errors
    ///
    /// Any other number.
    pub fn new(s: f64) -> Result<Self, ParamError> {
        ParamError::check((0.0..=1.0).contains(&s), "label smoothing", "between 0 and 1", s)?;
        Ok(Self(s))
    }

    /// The share.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The sum of the losses of a batch; NaN if a logit is NaN.
///
/// # Panics
///
/// If the lengths disagree with `classes`, or a label is not below it.
pub fn forward(classes: usize, smoothing: LabelSmoothing, logits: &[f32], labels: &[u32]) -> f64 {
    check(classes, logits, labels);
    let mut sum = 0.0;
    for (logits, &label) in logits.chunks_exact(classes).zip(labels) {
        sum += Softmax::new(logits).loss(smoothing, logits, label);
    }
    sum
}

/// [`forward`], and the gradient of the mean loss.
///
/// # Panics
///
/// As [`forward`], or if `grad_logits` does not have the length of `logits`.
pub fn forward_backward(
    classes: usize,
    smoothing: LabelSmoothing,
    logits: &[f32],
    labels: &[u32],
    grad_logits: &mut [f32],
) -> f64 {
    check(classes, logits, labels);
    assert_eq!(grad_logits.len(), logits.len(), "length of grad_logits");
    let batch = labels.len() as f64;
    let mut sum = 0.0;
    let rows = logits.chunks_exact(classes).zip(labels);
    for (grads, (logits, &label)) in grad_logits.chunks_exact_mut(classes).zip(rows) {
        let softmax = Softmax::new(logits);
        sum += softmax.loss(smoothing, logits, label);
        for (class, (grad, &logit)) in grads.iter_mut().zip(logits).enumerate() {
            let own = if class == label as usize { 1.0 - smoothing.0 } else { 0.0 };
            let target = own + smoothing.0 / classes as f64;
            *grad = ((softmax.log(logit).exp() - target) / batch) as f32;
        }
    }
    sum
}

/// What turns the logits of one sample into log-probabilities.
struct Softmax {
    max: f64,
    /// log Σ exp(x − max), between 0 and log K. The maximum is kept apart: added
    /// to this number it would swallow its digits.
    log_sum: f64,
}

impl Softmax {
    fn new(logits: &[f32]) -> Self {
        let largest = index_of_largest(logits).expect("at least one class");
        let max = f64::from(logits[largest]);
        // The largest term is exactly 1; ln_1p keeps the digits of the rest.
        let mut rest = 0.0;
        for &logit in logits[..largest].iter().chain(&logits[largest + 1..]) {
            rest += (f64::from(logit) - max).exp();
        }
        Self { max, log_sum: rest.ln_1p() }
    }

    /// The log-probability of a class.
    fn log(&self, logit: f32) -> f64 {
        (f64::from(logit) - self.max) - self.log_sum
    }

    fn loss(&self, smoothing: LabelSmoothing, logits: &[f32], label: u32) -> f64 {
        let own = -self.log(logits[label as usize]);
        // Not computed without smoothing: 0 · ∞ of an impossible class is NaN.
        if smoothing == LabelSmoothing::NONE {
            return own;
        }
        let all: f64 = logits.iter().map(|&logit| -self.log(logit)).sum();
        (1.0 - smoothing.0) * own + smoothing.0 * all / logits.len() as f64
    }
}

fn check(classes: usize, logits: &[f32], labels: &[u32]) {
    assert!(classes > 0, "cross-entropy needs at least one class");
    assert_eq!(logits.len(), labels.len() * classes, "length of logits");
    for (sample, &label) in labels.iter().enumerate() {
        assert!((label as usize) < classes, "label {label} of sample {sample}, want 0..{classes}");
    }
}
