//! CPU kernels of convolutional networks: slices in, slices out.
//!
//! All pictures and feature maps are **channels-last**: a batch of N maps with
//! C channels is stored N, H, W, C. No kernel allocates, knows a tensor
//! library or depends on the number of threads. Each operation has a plain
//! `reference` in f64 against which it is tested.

mod error;
mod parallel;
mod window;

pub use error::ShapeError;
pub use window::{Rounding, Window};
