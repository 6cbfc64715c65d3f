//! Cross-entropy in plain loops, by the definition.

/// The sum of the losses.
pub fn forward(classes: usize, smoothing: f64, logits: &[f64], labels: &[u32]) -> f64 {
    let mut sum = 0.0;
    for (x, &label) in logits.chunks(classes).zip(labels) {
        for k in 0..classes {
            sum -= target(classes, smoothing, label, k) * softmax(x, k).ln();
        }
    }
    sum
}

/// The gradient of the mean loss.
pub fn backward(classes: usize, smoothing: f64, logits: &[f64], labels: &[u32]) -> Vec<f64> {
    let mut grad = Vec::new();
    for (x, &label) in logits.chunks(classes).zip(labels) {
        for k in 0..classes {
            let difference = softmax(x, k) - target(classes, smoothing, label, k);
            grad.push(difference / labels.len() as f64);
        }
    }
    grad
}

fn target(classes: usize, smoothing: f64, label: u32, k: usize) -> f64 {
    let own = if k == label as usize { 1.0 - smoothing } else { 0.0 };
    own + smoothing / classes as f64
}

fn softmax(x: &[f64], k: usize) -> f64 {
    let sum: f64 = x.iter().map(|x| x.exp()).sum();
    x[k].exp() / sum
}
