//! Stochastic gradient descent with momentum, in place:
//!
//! g = grad + weight_decay · w; with momentum μ and dampening δ
//! b = μ · b + (1 − δ) · g (on the first step b = g), and g = b, or
//! g + μ · b with nesterov; then w −= lr · g.
//!
//! # Shapes
//!
//! Weight, gradient and momentum buffer of one equal length.
//!
//! # Parameters
//!
//! [`SgdParams`], [`MomentumBuffer`].
//!
//! # Cost
//!
//! Reads 12 and writes 8 bytes a weight with momentum; reads 8 and writes 4
//! without. No scratch.
//!
//! # Source
//!
//! PyTorch's `torch.optim.SGD`: no dampening on the first step, and lr outside
//! the buffer, so a new lr acts at once on all past gradients (in Caffe and in
//! the momentum of Sutskever et al. lr is inside). All arithmetic in f32.
//!
//! ```
//! use nin_kernels::sgd::{self, MomentumBuffer, SgdParams};
//!
//! let params = SgdParams { lr: 0.5, ..SgdParams::default() };
//! let mut weight = [1.0];
//! sgd::step(&params, &mut weight, &[1.0], MomentumBuffer::Unused);
//! assert_eq!(weight, [0.5]);
//! ```

pub mod reference;
#[cfg(test)]
mod tests;

use crate::ParamError;
use crate::parallel::{chunk, for_each_chunk, for_each_chunk_pair};
use crate::simd::vectorize;

/// The constants of the rule. The default is PyTorch's: lr 1e-3, all else off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdParams {
    /// Learning rate, finite and at least 0.
    pub lr: f64,
    /// Share of the old buffer that stays, finite and at least 0; at 0 there
    /// is no buffer.
    pub momentum: f64,
    /// Share of the new gradient that is kept out of the buffer, finite.
    pub dampening: f64,
    /// Factor of the weight that is added to its gradient, finite and at
    /// least 0.
    pub weight_decay: f64,
    /// Whether the weight moves by g + momentum · buffer instead of by the
    /// buffer. Needs momentum above 0 and dampening 0.
    pub nesterov: bool,
}

impl Default for SgdParams {
    fn default() -> Self {
        Self { lr: 1e-3, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false }
    }
}

impl SgdParams {
    /// Refuses values outside the ranges named at each field.
    ///
    /// # Errors
    ///
    /// The first field that is out of range, or nesterov without momentum or
    /// with dampening.
    pub fn validate(&self) -> Result<(), ParamError> {
        let Self { lr, momentum, dampening, weight_decay, nesterov } = *self;
        for (name, value) in [("lr", lr), ("momentum", momentum), ("weight_decay", weight_decay)] {
            let valid = value.is_finite() && value >= 0.0;
            ParamError::check(valid, name, "finite and at least 0", value)?;
        }
        ParamError::check(dampening.is_finite(), "dampening", "finite", dampening)?;
        if nesterov && (momentum == 0.0 || dampening != 0.0) {
            return Err(ParamError::NesterovNeedsMomentum { momentum, dampening });
        }
        Ok(())
    }
}

/// The running sum of gradients of one weight.
#[derive(Debug)]
pub enum MomentumBuffer<'a> {
    /// None is kept: momentum is 0.
    Unused,
    /// The first step writes the buffer without reading it.
    First(&'a mut [f32]),
    /// Every later step reads and writes it.
    Later(&'a mut [f32]),
}

/// Weights in one piece of parallel work.
const TASK_LEN: usize = 1 << 14;

/// Moves `weight` by one step.
///
/// # Panics
///
/// If the slices differ in length, or momentum is above 0 and the buffer
/// [`MomentumBuffer::Unused`]. With momentum 0 a buffer is left alone.
pub fn step(params: &SgdParams, weight: &mut [f32], grad: &[f32], buffer: MomentumBuffer<'_>) {
    assert_eq!(grad.len(), weight.len(), "length of grad");
    let lr = params.lr as f32;
    let momentum = params.momentum as f32;
    let weight_decay = params.weight_decay as f32;
    let decayed = move |weight: f32, grad: f32| grad + weight_decay * weight;

    if params.momentum == 0.0 {
        return for_each_chunk(weight, TASK_LEN, &|task, weight| {
            let grad = chunk(grad, TASK_LEN, task);
            vectorize(|| {
                for (weight, grad) in weight.iter_mut().zip(grad) {
                    *weight -= lr * decayed(*weight, *grad);
                }
            });
        });
    }

    let (buffer, kept, added) = match buffer {
        MomentumBuffer::Unused => panic!("momentum {momentum} needs a buffer"),
        MomentumBuffer::First(buffer) => {
            // Also clears a NaN, which a factor of 0 would keep.
            buffer.fill(0.0);
            (buffer, 0.0, 1.0)
        }
        MomentumBuffer::Later(buffer) => (buffer, momentum, (1.0 - params.dampening) as f32),
    };
    assert_eq!(buffer.len(), weight.len(), "length of the momentum buffer");
    // The weight moves by from_grad · g + from_buffer · b.
    let (from_grad, from_buffer) = if params.nesterov { (1.0, momentum) } else { (0.0, 1.0) };
    for_each_chunk_pair((weight, TASK_LEN), (buffer, TASK_LEN), &|task, weight, buffer| {
        let grad = chunk(grad, TASK_LEN, task);
        vectorize(|| {
            for ((weight, grad), buffer) in weight.iter_mut().zip(grad).zip(buffer) {
                let grad = decayed(*weight, *grad);
                *buffer = kept * *buffer + added * grad;
                *weight -= lr * (from_grad * grad + from_buffer * *buffer);
            }
        });
    });
}
