//! Dropout: y_i = x_i · m_i / (1 − p), where m_i is 0 with probability p and
//! else 1.
//!
//! # Shapes
//!
//! Input and output of any equal length.
//!
//! # Parameters
//!
//! [`DropoutProbability`] p in \[0, 1); [`DropoutKey`] chooses the mask. Element
//! i is kept if word i mod 4 of the Philox counter (i / 4, stream) under the
//! key `seed` is at least p · 2³². The mask depends on nothing else: not on
//! the number of threads, the order of calls or the machine.
//!
//! # Gradient
//!
//! ∂L/∂x_i = g_i · m_i / (1 − p): the same function with the same key, applied
//! to the gradient. No mask needs to be stored.
//!
//! A dropped element is 0 even if it was NaN or infinite.
//!
//! # Cost
//!
//! A quarter of a Philox block (ten rounds of two multiplications) an element;
//! no scratch.
//!
//! # Source
//!
//! Srivastava et al., Dropout (JMLR 2014), scaled while training as in
//! PyTorch, so that inference is the identity. PyTorch's own masks are not
//! reproduced.
//!
//! ```
//! use nin_kernels::dropout::{self, DropoutKey, DropoutProbability};
//!
//! let half = DropoutProbability::new(0.5)?;
//! let mut output = [f32::NAN; 8];
//! dropout::apply(half, DropoutKey { seed: 42, stream: 0 }, &[1.0; 8], &mut output);
//! assert!(output.iter().all(|&y| y == 0.0 || y == 2.0));
//! # Ok::<(), nin_kernels::ParamError>(())
//! ```

mod apply;
pub mod reference;
#[cfg(test)]
mod tests;

use crate::parallel::{chunk, for_each_chunk};
use crate::{ParamError, SimdLevel};
use apply::Apply;

/// The share of elements that is dropped, in \[0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct DropoutProbability(f64);

impl DropoutProbability {
    /// Accepts 0 ≤ p < 1.
    ///
    /// # Errors
    ///
    /// Any other number: at p = 1 nothing would be left to scale.
    pub fn new(p: f64) -> Result<Self, ParamError> {
        let valid = (0.0..1.0).contains(&p);
        ParamError::check(valid, "dropout probability", "at least 0 and below 1", p)?;
        Ok(Self(p))
    }

    /// The probability.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The smallest word that keeps its element.
    pub fn threshold(self) -> u32 {
        // p < 1, so the product is below 2³² and truncation fits.
        (self.0 * 4_294_967_296.0) as u32
    }

    /// What is kept is multiplied by this.
    pub fn scale(self) -> f32 {
        (1.0 / (1.0 - self.0)) as f32
    }
}

/// Names one mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DropoutKey {
    /// The seed of the run.
    pub seed: u64,
    /// Tells apart the masks of one run: a different number for each layer at
    /// each step.
    pub stream: u64,
}

/// Elements in one piece of parallel work; a multiple of the four words of a
/// counter.
const TASK_LEN: usize = 1 << 12;

/// Drops and scales the values of a forward pass, or the gradient of a
/// backward pass with the same key.
///
/// # Panics
///
/// If the slices differ in length.
pub fn apply(p: DropoutProbability, key: DropoutKey, input: &[f32], output: &mut [f32]) {
    assert_eq!(output.len(), input.len(), "length of output");
    let (threshold, scale) = (p.threshold(), p.scale());
    for_each_chunk(output, TASK_LEN, &|task, output| {
        let input = chunk(input, TASK_LEN, task);
        let first_quad = (task * TASK_LEN / 4) as u64;
        SimdLevel::current().run(Apply { key, first_quad, threshold, scale, input, output });
    });
}
