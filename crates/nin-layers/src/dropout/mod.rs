//! Dropout whose mask is a function of seed, layer and step.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{Result, Tensor};
use candle_nn::ModuleT;
use nin_kernels::dropout::{DropoutKey, DropoutProbability};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaDropout;
pub(crate) use node::DropoutNode;

use crate::{LayerError, Mode, shape};

/// The mask of a layer of a network in a step of a run.
fn key(seed: u64, step: u64, layer: usize) -> DropoutKey {
    /// More layers than a network has; the step counts above them.
    const LAYERS: u64 = 1 << 16;
    DropoutKey { seed, stream: step.wrapping_mul(LAYERS) + layer as u64 }
}

/// Sets each value to 0 with probability p in training and scales the others
/// by 1 / (1 − p); does nothing in evaluation.
///
/// # Shapes
///
/// Input and output of one shape, any rank, not empty.
///
/// # Parameters
///
/// p in \[0, 1); the seed. Each forward pass in training draws the next mask of
/// the seed's sequence, so the same calls after the same seed give the same
/// masks, whatever the number of threads.
///
/// # Gradient
///
/// The output's gradient under the same mask and scale.
///
/// # Source
///
/// PyTorch's `Dropout`; the mask's numbers are Philox4x32-10 (Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3"), not PyTorch's.
#[derive(Debug)]
pub struct Dropout {
    p: DropoutProbability,
    seed: u64,
    calls: AtomicU64,
}

impl Dropout {
    /// A layer of its own seed.
    ///
    /// # Errors
    ///
    /// p outside \[0, 1).
    pub fn new(p: f64, seed: u64) -> std::result::Result<Self, LayerError> {
        Ok(Self { p: DropoutProbability::new(p)?, seed, calls: AtomicU64::new(0) })
    }

    /// The shape of the input, which is that of the output.
    ///
    /// # Errors
    ///
    /// A size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        shape::check_not_empty("dropout", input)
    }
}

impl ModuleT for Dropout {
    fn forward_t(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        if input.elem_count() == 0 {
            candle_core::bail!("dropout: nothing to compute, input has shape {:?}", input.dims());
        }
        match Mode::from_train_flag(train) {
            Mode::Eval => Ok(input.clone()),
            Mode::Train => {
                let stream = self.calls.fetch_add(1, Ordering::Relaxed);
                let key = DropoutKey { seed: self.seed, stream };
                input.contiguous()?.apply_op1(op::DropoutOp { p: self.p, key })
            }
        }
    }
}
