//! Local response normalisation in plain loops.

use super::LrnParams;

/// The outputs.
pub fn forward(params: &LrnParams, channels: usize, input: &[f64]) -> Vec<f64> {
    let mut output = Vec::new();
    for x in input.chunks(channels) {
        for c in 0..channels {
            output.push(x[c] / denominator(params, x, c).powf(params.beta));
        }
    }
    output
}

/// The gradient of the input.
pub fn backward(
    params: &LrnParams,
    channels: usize,
    input: &[f64],
    grad_output: &[f64],
) -> Vec<f64> {
    let mut grad_input = Vec::new();
    for (x, grad) in input.chunks(channels).zip(grad_output.chunks(channels)) {
        for j in 0..channels {
            let mut sum = 0.0;
            for c in 0..channels {
                if in_window(params, c, j) {
                    let d = denominator(params, x, c);
                    sum += grad[c] * x[c] * d.powf(-params.beta - 1.0);
                }
            }
            let own = grad[j] * denominator(params, x, j).powf(-params.beta);
            grad_input.push(own - 2.0 * params.beta * params.weight() * x[j] * sum);
        }
    }
    grad_input
}

/// k + alpha' · Σ x² over the window of channel `c`.
fn denominator(params: &LrnParams, x: &[f64], c: usize) -> f64 {
    let mut sum = 0.0;
    for (i, x) in x.iter().enumerate() {
        if in_window(params, c, i) {
            sum += x * x;
        }
    }
    params.k + params.weight() * sum
}

/// Whether c − size/2 ≤ i ≤ c + (size − 1)/2.
fn in_window(params: &LrnParams, c: usize, i: usize) -> bool {
    i + params.size / 2 >= c && i <= c + (params.size - 1) / 2
}
