//! The check that comes before every measurement.

/// The largest error that is accepted, as a share of the largest true value.
/// f32 sums of a few thousand products stay near 1e-6 and Winograd transforms
/// near 1e-5; a wrong index or a missing term is far above.
const TOLERANCE: f64 = 1e-4;

/// Values before a ReLU that are this near to 0 may fall on either side of it in
/// f32. A gradient that is checked must be 0 there, as both sides agree on that.
pub const KINK: f64 = 1e-3;

/// Rows of a product whose truth is worked out at most.
const SAMPLE: usize = 8;

/// Some of the numbers below `count`: the first, the last, and a few evenly
/// between.
pub fn sample(count: usize) -> impl Iterator<Item = usize> {
    let len = SAMPLE.min(count);
    (0..len).map(move |index| index * (count - 1) / (len - 1).max(1))
}

/// Holds `values` against the truth.
///
/// # Panics
///
/// If the lengths differ or a value is further off than any rounding; NaN is.
pub fn assert_close(name: &str, values: &[f32], truth: &[f64]) {
    assert_eq!(values.len(), truth.len(), "{name}: number of values");
    let scale = truth.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    for (index, (&value, truth)) in values.iter().zip(truth).enumerate() {
        let error = (f64::from(value) - truth).abs() / scale;
        assert!(error <= TOLERANCE, "{name}: value {index} is {value}, the truth is {truth}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_both_ends() {
        assert_eq!(sample(0).count(), 0);
        assert_eq!(sample(1).collect::<Vec<_>>(), [0]);
        assert_eq!(sample(3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(sample(29).collect::<Vec<_>>(), [0, 4, 8, 12, 16, 20, 24, 28]);
    }

    #[test]
    fn rounding_passes() {
        assert_close("x", &[1.0 + 1e-6, 0.0, 1e-6], &[1.0, 0.0, 0.0]);
        assert_close("zeros", &[0.0], &[0.0]);
    }

    #[test]
    #[should_panic(expected = "x: value 1 is 2.001, the truth is 2")]
    fn a_wrong_value_does_not() {
        assert_close("x", &[1.0, 2.001], &[1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "x: value 0 is NaN")]
    fn a_forgotten_value_does_not() {
        assert_close("x", &[f32::NAN], &[1.0]);
    }
}
