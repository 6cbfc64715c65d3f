//! Batch normalisation over all axes but the channels, followed by an optional
//! activation:
//! y = act((x − mean_c) / √(variance_c + eps) · weight_c + bias_c).
//!
//! # Shapes
//!
//! Input and output (rows, C) with rows = N · H · W; weight, bias, mean and
//! variance (C).
//!
//! # Parameters
//!
//! [`BatchNorm`] and the [`Statistics`] that stand for mean and variance: those
//! of the batch in training, the running ones at inference. The variance is
//! that of the population (divided by rows) except in the running estimate,
//! which holds the unbiased one (divided by rows − 1).
//!
//! # Gradient
//!
//! With g the gradient before the activation and x̂ = (x − mean) / √(variance + eps):
//! ∂L/∂bias = Σ g, ∂L/∂weight = Σ g · x̂, and, for statistics of the batch,
//! ∂L/∂x = weight / √(variance + eps) · (g − ∂L/∂bias / rows − x̂ · ∂L/∂weight / rows).
//!
//! # Cost
//!
//! Training reads the input twice forward and input, output and gradient twice
//! backward. Sums are in f64, a block of channels at a time from the first row
//! to the last, so that no scratch is needed and no thread count matters.
//!
//! # Source
//!
//! Ioffe and Szegedy, Batch Normalization (2015), algorithm 1; PyTorch's
//! `batch_norm`, its unbiased running variance included.
//!
//! ```
//! use nin_kernels::Activation;
//! use nin_kernels::batch_norm::{self, BatchNorm, StatisticsMut};
//!
//! let norm =
//!     BatchNorm { eps: 0.0, activation: Activation::Relu, weight: &[1.], bias: &[0.] };
//! let (mut output, mut mean, mut variance) = ([0.; 2], [0.], [0.]);
//! let saved = StatisticsMut { mean: &mut mean, variance: &mut variance };
//! batch_norm::forward_train(&norm, &[2., 6.], &mut output, saved);
//! assert_eq!((output, mean, variance), ([0., 1.], [4.], [4.]));
//! ```

mod backward;
mod forward;
pub mod reference;
mod statistics;
#[cfg(test)]
mod tests;

pub use backward::{Gradients, backward};
pub use forward::{forward_eval, forward_train};
pub use statistics::{Statistics, StatisticsMut, of_batch, unbiased, update_running};

use crate::Activation;

/// What one layer normalises with.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm<'a> {
    /// Added to the variance; finite and at least 0 (PyTorch's default 1e-5).
    pub eps: f64,
    /// Applied to the normalised values.
    pub activation: Activation,
    /// Factor of each channel.
    pub weight: &'a [f32],
    /// Summand of each channel.
    pub bias: &'a [f32],
}

impl BatchNorm<'_> {
    fn channels(&self) -> usize {
        self.weight.len()
    }

    /// The number of rows of `input`, all lengths checked.
    fn rows(&self, input: &[f32]) -> usize {
        assert!(self.channels() > 0, "batch normalisation needs at least one channel");
        assert_eq!(self.bias.len(), self.channels(), "length of bias");
        assert_eq!(input.len() % self.channels(), 0, "length of input in whole rows");
        input.len() / self.channels()
    }

    #[inline(always)]
    fn inv_std(&self, variance: f32) -> f32 {
        (1.0 / (f64::from(variance) + self.eps).sqrt()) as f32
    }
}

/// Channels computed at once: their constants lie in arrays on the stack.
const BLOCK: usize = 64;

/// Elements in one piece of parallel work: enough rows to pay for the
/// constants of each block.
const TASK_LEN: usize = 1 << 15;

/// Whole rows in one piece of parallel work, in elements.
fn task_len(channels: usize) -> usize {
    TASK_LEN.div_ceil(channels) * channels
}

/// Cuts the channels into blocks.
fn blocks(channels: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..channels).step_by(BLOCK).map(move |start| start..(start + BLOCK).min(channels))
}
