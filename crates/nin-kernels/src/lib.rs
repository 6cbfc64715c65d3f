//! CPU kernels of convolutional networks: slices in, slices out.
//!
//! All pictures and feature maps are **channels-last**: a batch of N maps with
//! C channels is stored N, H, W, C. No kernel allocates, knows a tensor
//! library or depends on the number of threads. Each operation has a plain
//! `reference` in f64 against which it is tested.

mod activation;
pub mod avg_pool;
pub mod batch_norm;
pub mod conv2d;
pub mod cross_entropy;
pub mod dropout;
mod error;
mod gemm;
pub mod global_avg_pool;
pub mod lrn;
pub mod max_pool;
mod parallel;
pub mod philox;
mod pool;
pub mod sgd;
#[cfg(test)]
mod testing;
mod window;

pub use activation::Activation;
pub use error::{ParamError, ShapeError};
pub use pool::{MAX_KERNEL_SIZE, PoolShape};
pub use window::{Rounding, Window};
