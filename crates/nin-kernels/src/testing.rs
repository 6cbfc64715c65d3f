//! What the tests of several kernels share.

/// Numbers spread evenly over [−1, 1), the same for the same seed.
pub(crate) fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            // xorshift64*: any sequence without structure will do here.
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// The same numbers in f64.
pub(crate) fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// The largest difference, relative to the largest value of the truth or to 1
/// if that is larger (the tests' numbers are of order 1, and a result that
/// cancels to nearly 0 has no scale of its own); NaN if anything is NaN.
pub(crate) fn max_error(values: &[f32], truth: &[f64]) -> f64 {
    assert_eq!(values.len(), truth.len());
    let scale = truth.iter().fold(1.0_f64, |a, &b| a.max(b.abs()));
    values.iter().zip(truth).fold(0.0, |worst, (&value, truth)| {
        let error = (f64::from(value) - truth).abs() / scale;
        if error > worst || error.is_nan() { error } else { worst }
    })
}
