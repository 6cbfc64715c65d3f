//! Exponential moving average of weights, in place:
//! average += (1 − d) · (weight − average).
//!
//! # Shapes
//!
//! Average and weight of one equal length.
//!
//! # Parameters
//!
//! [`EmaDecay`]: the share d of the average that stays. It rises to its value
//! with the number of the update, see [`EmaDecay::at`]: an average of few
//! weights must not hang on to the first of them.
//!
//! # Cost
//!
//! Reads 8 and writes 4 bytes a weight. No scratch.
//!
//! # Source
//!
//! Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging
//! (1992), with an exponential window; the rise as in TensorFlow's
//! `ExponentialMovingAverage` with `num_updates`. All arithmetic in f32.
//!
//! ```
//! use nin_kernels::ema::{self, EmaDecay};
//!
//! let decay = EmaDecay::new(0.5)?;
//! let mut average = [1.0];
//! ema::update(decay.at(1000), &mut average, &[3.0]);
//! assert_eq!(average, [2.0]);
//! # Ok::<(), nin_kernels::ParamError>(())
//! ```

pub mod reference;
#[cfg(test)]
mod tests;

use crate::ParamError;
use crate::parallel::{chunk, for_each_chunk};
use crate::simd::vectorize;

/// The share of the average that stays at an update, in \[0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct EmaDecay(f64);

impl EmaDecay {
    /// No average: it would be the weights themselves.
    pub const NONE: Self = Self(0.0);

    /// Accepts 0 ≤ d < 1.
    ///
    /// # Errors
    ///
    /// Any other number.
    pub fn new(d: f64) -> Result<Self, ParamError> {
        ParamError::check((0.0..1.0).contains(&d), "ema decay", "at least 0 and below 1", d)?;
        Ok(Self(d))
    }

    /// The share in the end.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The share at update `t`, counted from 0: at most (1 + t) / (10 + t).
    pub fn at(self, t: u64) -> f64 {
        let t = t as f64;
        self.0.min((1.0 + t) / (10.0 + t))
    }
}

/// Weights in one piece of parallel work.
const TASK_LEN: usize = 1 << 14;

/// Moves `average` towards `weight`; `decay` is a share of [`EmaDecay::at`].
///
/// # Panics
///
/// If the slices differ in length.
pub fn update(decay: f64, average: &mut [f32], weight: &[f32]) {
    assert_eq!(average.len(), weight.len(), "length of the average");
    let gain = (1.0 - decay) as f32;
    for_each_chunk(average, TASK_LEN, &|task, average| {
        let weight = chunk(weight, TASK_LEN, task);
        vectorize(|| {
            for (average, weight) in average.iter_mut().zip(weight) {
                *average += gain * (weight - *average);
            }
        });
    });
}
