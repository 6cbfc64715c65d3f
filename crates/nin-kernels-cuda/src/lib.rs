#![doc = include_str!("../README.md")]

mod activation;
pub mod avg_pool;
pub mod batch_norm;
pub mod bfloat16;
mod buffer;
mod columns;
pub mod conv2d;
pub mod cross_entropy;
#[cfg(feature = "cuda")]
mod cuda;
mod device;
pub mod dropout;
#[cfg(feature = "emulation")]
mod emulated;
#[cfg(any(feature = "cuda", feature = "emulation"))]
mod gemm;
pub mod global_avg_pool;
mod launch;
pub mod lrn;
pub mod max_pool;
pub mod pictures;
pub mod update;
mod window;

pub use activation::{bias_backward, bias_forward};
pub use buffer::{Buffer, View, ViewMut};
#[cfg(feature = "cuda")]
pub use cuda::Cuda;
pub use device::{Device, DeviceError, Grid, Order, Product, Update};
#[cfg(feature = "emulation")]
pub use emulated::{Emulated, Memory as EmulatedMemory, Turn};
