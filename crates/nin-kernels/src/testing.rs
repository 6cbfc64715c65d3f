//! What the tests of several kernels share.

use std::cell::Cell;

use crate::SimdLevel;

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

/// An output that shows every element a kernel forgets to write.
pub(crate) fn poisoned(len: usize) -> Vec<f32> {
    vec![f32::NAN; len]
}

/// The gradient of `loss` at `at` by central differences, whose error is about
/// 1e-10 for smooth functions of numbers of order 1.
pub(crate) fn finite_differences(at: &[f64], loss: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let mut moved = at.to_vec();
    (0..at.len())
        .map(|i| {
            moved[i] = at[i] + STEP;
            let above = loss(&moved);
            moved[i] = at[i] - STEP;
            let below = loss(&moved);
            moved[i] = at[i];
            (above - below) / (2.0 * STEP)
        })
        .collect()
}

/// Σ a · b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest difference between two f64 results; NaN if anything is NaN.
pub(crate) fn max_difference(values: &[f64], truth: &[f64]) -> f64 {
    assert_eq!(values.len(), truth.len());
    values.iter().zip(truth).fold(0.0, |worst, (value, truth)| {
        let error = (value - truth).abs();
        if error > worst || error.is_nan() { error } else { worst }
    })
}

/// What `compute` returns with one thread and with three, which must not differ
/// in any bit.
pub(crate) fn same_for_any_threads<T: PartialEq + std::fmt::Debug + Send>(
    compute: impl Fn() -> T + Sync,
) {
    let [one, three] = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(&compute)
    });
    assert_eq!(one, three);
}

thread_local! {
    static LEVEL: Cell<Option<SimdLevel>> = const { Cell::new(None) };
}

/// The level that kernels use on this thread in place of the CPU's best.
pub(crate) fn level_of_thread() -> Option<SimdLevel> {
    LEVEL.get()
}

/// Holds what `compute` returns to be the same at each level that the CPU has,
/// to the last bit.
pub(crate) fn same_at_every_level<const N: usize>(compute: impl Fn() -> [Vec<f32>; N] + Sync) {
    let bits = |level| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .start_handler(move |_| LEVEL.set(Some(level)))
            .build()
            .unwrap();
        let results = pool.install(&compute);
        results.map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
    };
    let portable = bits(SimdLevel::Portable);
    for level in SimdLevel::available() {
        assert!(bits(level) == portable, "{level} differs from portable");
    }
}

#[test]
fn each_level_is_in_force_once_it_is_asked_for() {
    let seen = std::sync::Mutex::new(Vec::new());
    same_at_every_level(|| {
        seen.lock().unwrap().push(SimdLevel::current());
        []
    });
    let seen = seen.into_inner().unwrap();
    assert!(SimdLevel::available().all(|level| seen.contains(&level)), "{seen:?}");
}
