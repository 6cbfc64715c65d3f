//! Average pooling in plain loops.

use super::Divisor;
use crate::PoolShape;
use crate::max_pool::reference::{for_each_output, for_each_pixel, input_index};

/// The outputs.
pub fn forward(shape: &PoolShape, divisor: Divisor, input: &[f64]) -> Vec<f64> {
    let mut output = Vec::new();
    for_each_output(shape, |n, out_y, out_x, c| {
        let mut sum = 0.0;
        for_each_pixel(shape, out_y, out_x, |_, y, x| {
            sum += input[input_index(shape, n, y, x, c)];
        });
        output.push(sum / count(shape, divisor, out_y, out_x));
    });
    output
}

/// The gradient of the input.
pub fn backward(shape: &PoolShape, divisor: Divisor, grad_output: &[f64]) -> Vec<f64> {
    let mut grad_input = vec![0.0; shape.input_len()];
    let mut output = 0;
    for_each_output(shape, |n, out_y, out_x, c| {
        let share = grad_output[output] / count(shape, divisor, out_y, out_x);
        for_each_pixel(shape, out_y, out_x, |_, y, x| {
            grad_input[input_index(shape, n, y, x, c)] += share;
        });
        output += 1;
    });
    grad_input
}

/// Counts the positions of a window that the divisor asks for, one by one.
fn count(shape: &PoolShape, divisor: Divisor, out_y: usize, out_x: usize) -> f64 {
    let window = shape.window();
    let mut count = 0;
    match divisor {
        Divisor::CoveredPixels => for_each_pixel(shape, out_y, out_x, |_, _, _| count += 1),
        Divisor::WindowArea => {
            for row in 0..window.kernel_size {
                for column in 0..window.kernel_size {
                    let (y, x) = (out_y * window.stride + row, out_x * window.stride + column);
                    let inside_height = y < shape.in_height() + 2 * window.padding;
                    let inside_width = x < shape.in_width() + 2 * window.padding;
                    count += usize::from(inside_height && inside_width);
                }
            }
        }
    }
    count as f64
}
