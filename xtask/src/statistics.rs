//! Few numbers as one.

/// The arithmetic mean; `None` of no numbers.
pub(crate) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The standard deviation of a sample, √(Σ(x − mean)² / (n − 1)); `None` of fewer
/// than two numbers.
pub(crate) fn sample_deviation(numbers: &[f64]) -> Option<f64> {
    let mean = mean(numbers).filter(|_| numbers.len() > 1)?;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Some((squares / (numbers.len() - 1) as f64).sqrt())
}

/// The number in the middle, or the mean of the two there; `None` of no numbers.
pub(crate) fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => mean(sorted.get(middle.checked_sub(1)?..=middle)?),
        _ => Some(sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_a_few_numbers() {
        for (numbers, wanted_mean, wanted_deviation, wanted_median) in [
            (&[][..], None, None, None),
            (&[3.0], Some(3.0), None, Some(3.0)),
            (&[1.0, 2.0], Some(1.5), Some(0.5_f64.sqrt()), Some(1.5)),
            // Squares 16 + 4 + 4 + 16 + 0 over 4.
            (&[9.0, 3.0, 7.0, 1.0, 5.0], Some(5.0), Some(10.0_f64.sqrt()), Some(5.0)),
            (&[9.0, 1.0, 2.0], Some(4.0), Some(19.0_f64.sqrt()), Some(2.0)),
            (&[0.0; 4], Some(0.0), Some(0.0), Some(0.0)),
        ] {
            assert_eq!(mean(numbers), wanted_mean, "{numbers:?}");
            assert_eq!(sample_deviation(numbers), wanted_deviation, "{numbers:?}");
            assert_eq!(median(numbers), wanted_median, "{numbers:?}");
        }
    }
}
