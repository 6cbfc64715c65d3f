//! The rule for a single weight.

/// One update of its average.
pub fn update(decay: f64, average: &mut f64, weight: f64) {
    *average = decay * *average + (1.0 - decay) * weight;
}
