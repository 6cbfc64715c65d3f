#![doc = include_str!("../README.md")]

mod activation;
pub mod avg_pool;
pub mod batch_norm;
mod buffer;
pub mod conv2d;
mod covered;
pub mod cross_entropy;
pub mod dropout;
pub mod ema;
mod error;
pub mod global_avg_pool;
pub mod lrn;
mod matmul;
pub mod max_pool;
mod parallel;
pub mod philox;
mod pool;
mod precision;
pub mod sgd;
mod simd;
#[cfg(test)]
mod testing;
mod window;

pub use activation::Activation;
pub use buffer::Buffer;
pub use error::{ParamError, ShapeError};
pub use pool::{MAX_KERNEL_SIZE, PoolShape};
pub use precision::Precision;
pub use simd::{SimdError, SimdLevel};
pub use window::{Rounding, Window};
