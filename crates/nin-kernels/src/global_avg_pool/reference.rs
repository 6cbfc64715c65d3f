//! Global average pooling in plain loops.

/// The outputs.
pub fn forward(batch: usize, pixels: usize, channels: usize, input: &[f64]) -> Vec<f64> {
    let mut output = vec![0.0; batch * channels];
    for n in 0..batch {
        for pixel in 0..pixels {
            for c in 0..channels {
                let value = input[(n * pixels + pixel) * channels + c];
                output[n * channels + c] += value / pixels as f64;
            }
        }
    }
    output
}

/// The gradient of the input.
pub fn backward(batch: usize, pixels: usize, channels: usize, grad_output: &[f64]) -> Vec<f64> {
    let mut grad_input = vec![0.0; batch * pixels * channels];
    for n in 0..batch {
        for pixel in 0..pixels {
            for c in 0..channels {
                let grad = grad_output[n * channels + c];
                grad_input[(n * pixels + pixel) * channels + c] = grad / pixels as f64;
            }
        }
    }
    grad_input
}
