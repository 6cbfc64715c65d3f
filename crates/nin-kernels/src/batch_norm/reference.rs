//! Batch normalisation in plain loops.

/// Mean and population variance of each channel.
pub fn statistics(channels: usize, input: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let rows = (input.len() / channels) as f64;
    let mut mean = vec![0.0; channels];
    let mut variance = vec![0.0; channels];
    for row in input.chunks(channels) {
        for c in 0..channels {
            mean[c] += row[c] / rows;
        }
    }
    for row in input.chunks(channels) {
        for c in 0..channels {
            variance[c] += (row[c] - mean[c]).powi(2) / rows;
        }
    }
    (mean, variance)
}

/// Constants of the layer: eps, weight and bias.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// Added to the variance.
    pub eps: f64,
    /// Factor of each channel.
    pub weight: &'a [f64],
    /// Summand of each channel.
    pub bias: &'a [f64],
}

/// The outputs, without activation.
pub fn forward(layer: Layer<'_>, mean: &[f64], variance: &[f64], input: &[f64]) -> Vec<f64> {
    let mut output = Vec::new();
    for row in input.chunks(mean.len()) {
        for c in 0..mean.len() {
            let normal = (row[c] - mean[c]) / (variance[c] + layer.eps).sqrt();
            output.push(normal * layer.weight[c] + layer.bias[c]);
        }
    }
    output
}

/// The gradients of input, weight and bias, given that of the output before
/// the activation, when the statistics are the batch's own.
pub fn backward(layer: Layer<'_>, input: &[f64], grad: &[f64]) -> [Vec<f64>; 3] {
    let channels = layer.weight.len();
    let rows = (input.len() / channels) as f64;
    let (mean, variance) = statistics(channels, input);
    let normal = |i: usize, c: usize| (input[i] - mean[c]) / (variance[c] + layer.eps).sqrt();

    let mut grad_weight = vec![0.0; channels];
    let mut grad_bias = vec![0.0; channels];
    for (i, g) in grad.iter().enumerate() {
        let c = i % channels;
        grad_weight[c] += g * normal(i, c);
        grad_bias[c] += g;
    }
    let mut grad_input = Vec::new();
    for (i, g) in grad.iter().enumerate() {
        let c = i % channels;
        let scale = layer.weight[c] / (variance[c] + layer.eps).sqrt();
        let shared = (grad_bias[c] + normal(i, c) * grad_weight[c]) / rows;
        grad_input.push(scale * (g - shared));
    }
    [grad_input, grad_weight, grad_bias]
}
