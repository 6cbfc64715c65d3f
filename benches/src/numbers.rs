//! Numbers to compute with.

/// Numbers spread evenly over [−1, 1), the same for the same seed.
pub fn random(len: usize, seed: u64) -> Vec<f32> {
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
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// The middle of the numbers, or the mean of the two there; `None` if there is
/// none.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some((lower + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_fill_their_range() {
        let values = random(10_000, 7);
        assert!(values.iter().all(|value| (-1.0..1.0).contains(value)));
        let mean = widen(&values).iter().sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.03, "{mean}"); // five standard errors
        assert_ne!(values, random(10_000, 8));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![3.0, 1.0, 2.0, 8.0]), Some(2.5));
    }
}
