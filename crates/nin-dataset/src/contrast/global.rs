//! Global contrast normalisation, as [`Contrast::Global`](crate::Contrast) says.

/// The norm of a normalised picture. Values of a picture in colour of 32×32
/// then have a standard deviation of 55 / √3072, about 1.
const NORM: f64 = 55.0;

/// A divisor below is taken for 1: the picture is constant.
const MIN_DIVISOR: f64 = 1e-8;

/// Normalises the values of a picture; sums are exact to f64.
pub(super) fn normalize_globally(values: &mut [f32]) {
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    let mean = sum / values.len() as f64;
    let squares: f64 = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum();
    let divisor = squares.sqrt() / NORM;
    let divisor = if divisor < MIN_DIVISOR { 1.0 } else { divisor };
    for value in values {
        *value = ((f64::from(*value) - mean) / divisor) as f32;
    }
}
