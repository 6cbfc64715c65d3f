//! The rule for a single weight.

use super::SgdParams;

/// One step: moves the weight and its buffer, which is `None` before the first
/// step with momentum.
pub fn step(params: &SgdParams, weight: &mut f64, grad: f64, buffer: &mut Option<f64>) {
    let mut g = grad + params.weight_decay * *weight;
    if params.momentum != 0.0 {
        let b = match *buffer {
            None => g,
            Some(b) => params.momentum * b + (1.0 - params.dampening) * g,
        };
        *buffer = Some(b);
        g = if params.nesterov { g + params.momentum * b } else { b };
    }
    *weight -= params.lr * g;
}
