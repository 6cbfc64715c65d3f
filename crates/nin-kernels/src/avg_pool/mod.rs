//! Average pooling: y\[n, i, j, c\] = (sum over the window at (i, j) of
//! x\[n, ·, ·, c\]) / divisor.
//!
//! # Shapes
//!
//! [`PoolShape`]: input (N, H, W, C), output (N, H', W', C).
//!
//! # Parameters
//!
//! The window and the rounding of the output size live in [`PoolShape`];
//! [`Divisor`] says what the sum is divided by. Padding counts as 0.
//!
//! # Gradient
//!
//! Each pixel that a window covers receives the output's gradient / divisor;
//! overlapping windows add up.
//!
//! # Cost
//!
//! kernel_size² additions and one division an output value; no scratch.
//!
//! # Source
//!
//! PyTorch's `avg_pool2d`, its rule for windows that hang over in ceil mode
//! included; sums are in f32, row by row.
//!
//! ```
//! use nin_kernels::{PoolShape, Rounding, Window, avg_pool::{self, Divisor}};
//!
//! let window = Window { kernel_size: 2, stride: 2, padding: 0 };
//! let shape = PoolShape::new([1, 2, 3, 1], window, Rounding::Ceil)?;
//! let mut output = [0.; 2];
//! avg_pool::forward(&shape, Divisor::WindowArea, &[1., 2., 3., 4., 5., 6.], &mut output);
//! assert_eq!(output, [3., 4.5]);
//! # Ok::<(), nin_kernels::ShapeError>(())
//! ```

mod backward;
mod forward;
pub mod reference;
#[cfg(test)]
mod tests;

use crate::parallel::{chunk, for_each_chunk};
use crate::{PoolShape, SimdLevel, Window};
use backward::Backward;
use forward::Forward;

/// What the sum over a window is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Divisor {
    /// The window's area inside input and padding (PyTorch's default,
    /// `count_include_pad=True`): kernel_size², less what hangs over the
    /// padding in ceil mode.
    #[default]
    WindowArea,
    /// The number of input pixels under the window
    /// (`count_include_pad=False`).
    CoveredPixels,
}

impl Divisor {
    #[inline(always)]
    fn of(self, shape: &PoolShape, out_y: usize, out_x: usize) -> f32 {
        let side = |index: usize, input: usize| {
            let Window { kernel_size, stride, padding } = shape.window();
            match self {
                Self::WindowArea => kernel_size.min(input + 2 * padding - index * stride),
                Self::CoveredPixels => shape.window().covered(index, input).len(),
            }
        };
        (side(out_y, shape.in_height()) * side(out_x, shape.in_width())) as f32
    }
}

/// Writes the average of each window.
///
/// # Panics
///
/// If a slice does not have the length that `shape` demands.
pub fn forward(shape: &PoolShape, divisor: Divisor, input: &[f32], output: &mut [f32]) {
    assert_eq!(input.len(), shape.input_len(), "length of input");
    assert_eq!(output.len(), shape.output_len(), "length of output");
    for_each_chunk(output, shape.out_row_len(), &|row, output| {
        let (image, out_y) = (row / shape.out_height(), row % shape.out_height());
        let image = chunk(input, shape.in_image_len(), image);
        SimdLevel::current().run(Forward { shape, divisor, out_y, image, output });
    });
}

/// Spreads each output's gradient over its window; writes all of `grad_input`.
///
/// # Panics
///
/// If a slice does not have the length that `shape` demands.
pub fn backward(shape: &PoolShape, divisor: Divisor, grad_output: &[f32], grad_input: &mut [f32]) {
    assert_eq!(grad_output.len(), shape.output_len(), "length of grad_output");
    assert_eq!(grad_input.len(), shape.input_len(), "length of grad_input");
    for_each_chunk(grad_input, shape.in_image_len(), &|image, grad_input| {
        let grad_output = chunk(grad_output, shape.out_image_len(), image);
        SimdLevel::current().run(Backward { shape, divisor, grad_output, grad_input });
    });
}
