//! Max pooling: y\[n, i, j, c\] = max over the window at (i, j) of x\[n, ·, ·, c\].
//!
//! # Shapes
//!
//! [`PoolShape`]: input (N, H, W, C), output and indices (N, H', W', C).
//!
//! # Parameters
//!
//! The window and the rounding of the output size live in [`PoolShape`]. Padding
//! never wins. NaN wins over every number, so that a broken run shows itself.
//!
//! # Gradient
//!
//! Each output gives its whole gradient to the pixel that won. Equal values:
//! the first one in row-major window order wins (of several NaN the last, as in
//! PyTorch). Gradients of overlapping windows add up.
//!
//! # Cost
//!
//! kernel_size² comparisons an output value; one index byte an output value;
//! no scratch.
//!
//! # Source
//!
//! PyTorch's `max_pool2d`, values and gradient alike, on channels-last memory.
//!
//! ```
//! use nin_kernels::{PoolShape, Rounding, Window, max_pool};
//!
//! let window = Window { kernel_size: 2, stride: 2, padding: 0 };
//! let shape = PoolShape::new([1, 2, 4, 1], window, Rounding::Floor)?;
//! let input = [1., 5., 2., 2., 4., 3., 2., 2.];
//! let (mut output, mut indices) = ([0.; 2], [0; 2]);
//! max_pool::forward(&shape, &input, &mut output, &mut indices);
//! assert_eq!((output, indices), ([5., 2.], [1, 0]));
//!
//! let mut grad_input = [0.; 8];
//! max_pool::backward(&shape, &[10., 20.], &indices, &mut grad_input);
//! assert_eq!(grad_input, [0., 10., 20., 0., 0., 0., 0., 0.]);
//! # Ok::<(), nin_kernels::ShapeError>(())
//! ```

mod forward;
pub mod reference;
#[cfg(test)]
pub(crate) mod tests;

use crate::parallel::{chunk, for_each_chunk, for_each_chunk_pair};
use crate::{PoolShape, SimdLevel};
use forward::{Indexed, Values, Windows};

/// Writes the largest value of each window, and its position
/// (row · kernel_size + column) inside the window.
///
/// # Panics
///
/// If a slice does not have the length that `shape` demands.
pub fn forward(shape: &PoolShape, input: &[f32], output: &mut [f32], indices: &mut [u8]) {
    assert_eq!(input.len(), shape.input_len(), "length of input");
    assert_eq!(output.len(), shape.output_len(), "length of output");
    assert_eq!(indices.len(), shape.output_len(), "length of indices");
    let row_len = shape.out_row_len();
    for_each_chunk_pair((output, row_len), (indices, row_len), &|row, output, indices| {
        let windows = Windows::of_row(shape, input, row);
        SimdLevel::current().run(Indexed { windows, output, indices });
    });
}

/// [`forward`] without the indices that only the gradient needs.
///
/// # Panics
///
/// If a slice does not have the length that `shape` demands.
pub fn forward_inference(shape: &PoolShape, input: &[f32], output: &mut [f32]) {
    assert_eq!(input.len(), shape.input_len(), "length of input");
    assert_eq!(output.len(), shape.output_len(), "length of output");
    for_each_chunk(output, shape.out_row_len(), &|row, output| {
        let windows = Windows::of_row(shape, input, row);
        SimdLevel::current().run(Values { windows, output });
    });
}

/// Adds each output's gradient to the pixel that won; writes all of
/// `grad_input`.
///
/// # Panics
///
/// If a slice does not have the length that `shape` demands, or an index was
/// not written by [`forward`] with this shape and points outside the image.
pub fn backward(shape: &PoolShape, grad_output: &[f32], indices: &[u8], grad_input: &mut [f32]) {
    assert_eq!(grad_output.len(), shape.output_len(), "length of grad_output");
    assert_eq!(indices.len(), shape.output_len(), "length of indices");
    assert_eq!(grad_input.len(), shape.input_len(), "length of grad_input");
    let offsets = position_offsets(shape);
    let out_len = shape.out_image_len();
    for_each_chunk(grad_input, shape.in_image_len(), &|image, grad_input| {
        let (grad_output, indices) =
            (chunk(grad_output, out_len, image), chunk(indices, out_len, image));
        grad_input.fill(0.0);
        backward_image(shape, &offsets, grad_output, indices, grad_input);
    });
}

fn backward_image(
    shape: &PoolShape,
    offsets: &[usize; 256],
    grad_output: &[f32],
    indices: &[u8],
    grad_input: &mut [f32],
) {
    let (stride, channels) = (shape.window().stride, shape.channels());
    let pixels = grad_output.chunks_exact(channels).zip(indices.chunks_exact(channels));
    for (pixel, (grads, indices)) in pixels.enumerate() {
        let (out_y, out_x) = (pixel / shape.out_width(), pixel % shape.out_width());
        let corner = (out_y * stride * shape.in_width() + out_x * stride) * channels;
        for (channel, (&grad, &index)) in grads.iter().zip(indices).enumerate() {
            let winner = corner.wrapping_add(offsets[usize::from(index)]);
            grad_input[winner.wrapping_add(channel)] += grad;
        }
    }
}

/// How far each position of a window lies from the window's corner in the
/// unpadded image. Offsets of the padding are negative and wrap; the sums with
/// a corner are valid again.
fn position_offsets(shape: &PoolShape) -> [usize; 256] {
    let (kernel_size, padding) = (shape.window().kernel_size, shape.window().padding);
    std::array::from_fn(|position| {
        let (row, column) = (position / kernel_size, position % kernel_size);
        let from_corner = row * shape.in_width() + column;
        from_corner
            .wrapping_sub(padding * shape.in_width() + padding)
            .wrapping_mul(shape.channels())
    })
}
