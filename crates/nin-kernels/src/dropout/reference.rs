//! Dropout in plain loops.

use super::{DropoutKey, DropoutProbability};
use crate::philox::philox4x32;

/// The outputs.
pub fn apply(p: DropoutProbability, key: DropoutKey, input: &[f64]) -> Vec<f64> {
    let seed = [key.seed as u32, (key.seed >> 32) as u32];
    let mut output = Vec::new();
    for (i, x) in input.iter().enumerate() {
        let counter = i as u64 / 4;
        let counter =
            [counter as u32, (counter >> 32) as u32, key.stream as u32, (key.stream >> 32) as u32];
        let word = philox4x32(counter, seed)[i % 4];
        let keep = f64::from(word) >= (p.get() * f64::from(2).powi(32)).floor();
        output.push(if keep { x / (1.0 - p.get()) } else { 0.0 });
    }
    output
}
