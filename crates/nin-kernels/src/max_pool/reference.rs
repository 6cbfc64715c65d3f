//! Max pooling in plain loops.

use crate::PoolShape;

/// The outputs and the winning position inside each window.
pub fn forward(shape: &PoolShape, input: &[f64]) -> (Vec<f64>, Vec<u8>) {
    let mut output = Vec::new();
    let mut indices = Vec::new();
    for_each_output(shape, |n, out_y, out_x, c| {
        let (mut best, mut index) = (f64::NEG_INFINITY, None);
        for_each_pixel(shape, out_y, out_x, |position, y, x| {
            let value = input[input_index(shape, n, y, x, c)];
            if index.is_none() || value > best || value.is_nan() {
                (best, index) = (value, Some(position as u8));
            }
        });
        output.push(best);
        indices.push(index.expect("every window covers a pixel"));
    });
    (output, indices)
}

/// The gradient of the input.
pub fn backward(shape: &PoolShape, grad_output: &[f64], indices: &[u8]) -> Vec<f64> {
    let mut grad_input = vec![0.0; shape.input_len()];
    let mut output = 0;
    for_each_output(shape, |n, out_y, out_x, c| {
        for_each_pixel(shape, out_y, out_x, |position, y, x| {
            if position == usize::from(indices[output]) {
                grad_input[input_index(shape, n, y, x, c)] += grad_output[output];
            }
        });
        output += 1;
    });
    grad_input
}

/// Calls `visit` with (n, out_y, out_x, c) in the order of the output's memory.
pub(crate) fn for_each_output(
    shape: &PoolShape,
    mut visit: impl FnMut(usize, usize, usize, usize),
) {
    for n in 0..shape.batch() {
        for out_y in 0..shape.out_height() {
            for out_x in 0..shape.out_width() {
                for c in 0..shape.channels() {
                    visit(n, out_y, out_x, c);
                }
            }
        }
    }
}

/// Calls `visit` with (position inside the window, y, x) for each pixel of the
/// input that the window at (out_y, out_x) covers.
pub(crate) fn for_each_pixel(
    shape: &PoolShape,
    out_y: usize,
    out_x: usize,
    mut visit: impl FnMut(usize, usize, usize),
) {
    let window = shape.window();
    for row in 0..window.kernel_size {
        for column in 0..window.kernel_size {
            // Coordinates in the padded input.
            let (y, x) = (out_y * window.stride + row, out_x * window.stride + column);
            let inside =
                |at: usize, size: usize| at >= window.padding && at < size + window.padding;
            if inside(y, shape.in_height()) && inside(x, shape.in_width()) {
                visit(row * window.kernel_size + column, y - window.padding, x - window.padding);
            }
        }
    }
}

/// Where (n, y, x, c) lies in the input.
pub(crate) fn input_index(shape: &PoolShape, n: usize, y: usize, x: usize, c: usize) -> usize {
    ((n * shape.in_height() + y) * shape.in_width() + x) * shape.channels() + c
}
