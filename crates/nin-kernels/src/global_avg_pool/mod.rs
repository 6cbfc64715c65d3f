//! Global average pooling: y\[n, c\] = (1 / P) · Σ over the P pixels of x\[n, ·, c\].
//!
//! # Shapes
//!
//! Input (N, P, C) with P = H · W pixels; output (N, C).
//!
//! # Gradient
//!
//! Every pixel receives the output's gradient / P.
//!
//! # Cost
//!
//! One addition an input value; no scratch. Sums are in f32, pixel by pixel.
//!
//! # Source
//!
//! Network In Network, section 3.2.
//!
//! ```
//! use nin_kernels::global_avg_pool;
//!
//! let mut output = [0.; 2];
//! global_avg_pool::forward(1, 4, 2, &[1., 0., 2., 0., 3., 0., 4., 8.], &mut output);
//! assert_eq!(output, [2.5, 2.]);
//! ```

pub mod reference;
#[cfg(test)]
mod tests;

use crate::parallel::{chunk, for_each_chunk};
use crate::simd::vectorize;

/// Writes the mean of each channel of each of `batch` maps.
///
/// # Panics
///
/// If `pixels` or `channels` is 0, or a slice has another length than the sizes say.
pub fn forward(batch: usize, pixels: usize, channels: usize, input: &[f32], output: &mut [f32]) {
    assert!(pixels > 0 && channels > 0, "pixels and channels are at least 1");
    assert_eq!(input.len(), batch * pixels * channels, "length of input");
    assert_eq!(output.len(), batch * channels, "length of output");
    for_each_chunk(output, channels, &|image, means| {
        let image = chunk(input, pixels * channels, image);
        vectorize(|| {
            means.fill(0.0);
            for pixel in image.chunks_exact(channels) {
                for (sum, value) in means.iter_mut().zip(pixel) {
                    *sum += value;
                }
            }
            let count = pixels as f32;
            for mean in means {
                *mean /= count;
            }
        });
    });
}

/// Spreads the gradient of each mean evenly; writes all of `grad_input`.
///
/// # Panics
///
/// As [`forward`].
pub fn backward(
    batch: usize,
    pixels: usize,
    channels: usize,
    grad_output: &[f32],
    grad_input: &mut [f32],
) {
    assert!(pixels > 0 && channels > 0, "pixels and channels are at least 1");
    assert_eq!(grad_output.len(), batch * channels, "length of grad_output");
    assert_eq!(grad_input.len(), batch * pixels * channels, "length of grad_input");
    for_each_chunk(grad_input, pixels * channels, &|index, image| {
        let grads = chunk(grad_output, channels, index);
        vectorize(|| {
            let count = pixels as f32;
            for pixel in image.chunks_exact_mut(channels) {
                for (share, grad) in pixel.iter_mut().zip(grads) {
                    *share = grad / count;
                }
            }
        });
    });
}
