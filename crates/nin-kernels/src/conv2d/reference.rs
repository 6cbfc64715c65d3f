//! Convolution and its gradients as plain loops in f64: the truth that the
//! fast paths are held against.

use super::Conv2dShape;

/// Calls `visit(output, input, weight)` with the indices of every product of
/// the convolution.
fn for_each_product(shape: &Conv2dShape, mut visit: impl FnMut(usize, usize, usize)) {
    let (height, width, channels) = (shape.in_height, shape.in_width, shape.in_channels);
    let crate::Window { kernel_size, stride, padding } = shape.window;
    for n in 0..shape.batch {
        for y in 0..shape.out_height() {
            for x in 0..shape.out_width() {
                for o in 0..shape.out_channels {
                    let output = ((n * shape.out_height() + y) * shape.out_width() + x)
                        * shape.out_channels
                        + o;
                    for ky in 0..kernel_size {
                        for kx in 0..kernel_size {
                            let (row, column) = (y * stride + ky, x * stride + kx);
                            let inside = (padding..padding + height).contains(&row)
                                && (padding..padding + width).contains(&column);
                            if !inside {
                                continue;
                            }
                            let (row, column) = (row - padding, column - padding);
                            for i in 0..channels {
                                visit(
                                    output,
                                    ((n * height + row) * width + column) * channels + i,
                                    ((o * kernel_size + ky) * kernel_size + kx) * channels + i,
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `output = input ∗ weight + bias`, without activation.
pub fn forward(shape: &Conv2dShape, input: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
    let mut output: Vec<f64> =
        (0..shape.output_len()).map(|index| bias[index % shape.out_channels]).collect();
    for_each_product(shape, |o, i, w| output[o] += input[i] * weight[w]);
    output
}

/// Gradients by input, weight and bias, without activation.
pub fn backward(
    shape: &Conv2dShape,
    input: &[f64],
    weight: &[f64],
    grad_output: &[f64],
) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut grad_input = vec![0.0; input.len()];
    let mut grad_weight = vec![0.0; weight.len()];
    let mut grad_bias = vec![0.0; shape.out_channels];
    for_each_product(shape, |o, i, w| {
        grad_input[i] += grad_output[o] * weight[w];
        grad_weight[w] += grad_output[o] * input[i];
    });
    for (index, grad) in grad_output.iter().enumerate() {
        grad_bias[index % shape.out_channels] += grad;
    }
    (grad_input, grad_weight, grad_bias)
}
