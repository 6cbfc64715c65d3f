//! Against the definition, in plain f64 loops.

use ndarray::Array2;
use proptest::prelude::*;

use super::symmetric::inverse_root;
use super::*;

/// `count` pictures of `values` numbers of about the size that contrast
/// normalisation makes.
fn pictures(count: usize, values: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let mut all: Vec<f32> = (0..count * values).map(|_| random()).collect();
    // Neighbours are alike, as in pictures.
    for i in 1..all.len() {
        all[i] = 0.8 * all[i - 1] + 0.6 * all[i] + 0.1;
    }
    all
}

fn fitted(all: &[f32], values: usize) -> Zca {
    Zca::fit(all.len() / values, values, |index, out| {
        out.copy_from_slice(&all[index * values..][..values]);
    })
    .unwrap()
}

/// Mean, and covariance plus 0.1 on the diagonal.
fn moments(all: &[f32], values: usize) -> (Vec<f64>, Vec<f64>) {
    let count = (all.len() / values) as f64;
    let mut mean = vec![0.0; values];
    for picture in all.chunks_exact(values) {
        mean.iter_mut().zip(picture).for_each(|(mean, &x)| *mean += f64::from(x) / count);
    }
    let mut covariance = vec![0.0; values * values];
    for picture in all.chunks_exact(values) {
        for i in 0..values {
            for j in 0..values {
                let product = (f64::from(picture[i]) - mean[i]) * (f64::from(picture[j]) - mean[j]);
                covariance[i * values + j] += product / count;
            }
        }
    }
    (0..values).for_each(|i| covariance[i * values + i] += 0.1);
    (mean, covariance)
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let element = |i: usize| (0..n).map(|k| a[i / n * n + k] * b[k * n + i % n]).sum();
    (0..n * n).map(element).collect()
}

/// P (C + 0.1) P = 1, which has one symmetric solution with positive
/// eigenvalues.
fn check_matrix(zca: &Zca, covariance: &[f64]) {
    let n = zca.values();
    let matrix: Vec<f64> = zca.matrix().iter().map(|&x| x.into()).collect();
    for i in 0..n {
        for j in 0..i {
            assert_eq!(matrix[i * n + j], matrix[j * n + i]);
        }
    }
    let unit = product(&product(&matrix, covariance, n), &matrix, n);
    for (i, &found) in unit.iter().enumerate() {
        let wanted = if i / n == i % n { 1.0 } else { 0.0 };
        assert!((found - wanted).abs() < 1e-4, "{i}: {found} for {wanted}");
    }
}

#[test]
fn by_hand() {
    // Two uncorrelated values of variances 0.8 and 3.9, and 0.1 more: 1 / √0.9
    // and 1 / 2.
    let (a, b) = (0.8_f32.sqrt(), 3.9_f32.sqrt());
    let all = [5.0 + a, b, 5.0 - a, b, 5.0 + a, -b, 5.0 - a, -b];
    let zca = fitted(&all, 2);
    let mut batch = [6.0, 4.0, 5.0, 0.0];
    zca.apply(&mut batch, &mut Vec::new());
    for (found, wanted) in batch.into_iter().zip([1.0 / 0.9_f32.sqrt(), 2.0, 0.0, 0.0]) {
        assert!((found - wanted).abs() < 1e-6, "{found} for {wanted}");
    }
    assert_eq!(format!("{zca:?}"), "Zca { values: 2, .. }");
}

#[test]
fn correlated_values_by_hand() {
    // The values are equal, of variance 0.4: eigenvalues 0.9 along (1, 1) and
    // 0.1 along (1, -1).
    let a = 0.4_f32.sqrt();
    let zca = fitted(&[a, a, -a, -a], 2);
    let mut batch = [1.0, 1.0, 1.0, -1.0];
    zca.apply(&mut batch, &mut Vec::new());
    let (along, across) = (1.0 / 0.9_f32.sqrt(), 1.0 / 0.1_f32.sqrt());
    for (found, wanted) in batch.into_iter().zip([along, along, across, -across]) {
        assert!((found - wanted).abs() < 1e-5, "{found} for {wanted}");
    }
}

#[test]
fn constant_pictures_become_zero() {
    let zca = fitted(&[7.0; 30], 6);
    let mut batch = [7.0; 12];
    zca.apply(&mut batch, &mut Vec::new());
    assert_eq!(batch, [0.0; 12]);
}

#[test]
fn more_pictures_than_a_block() {
    let all = pictures(1100, 5, 3);
    check_matrix(&fitted(&all, 5), &moments(&all, 5).1);
}

/// As many values as make two tasks.
#[test]
fn pictures_of_many_values() {
    let all = pictures(300, 270, 4);
    check_matrix(&fitted(&all, 270), &moments(&all, 270).1);
}

#[test]
fn fitting_again_gives_the_same() {
    let all = pictures(40, 27, 1);
    assert_eq!(fitted(&all, 27), fitted(&all, 27));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let all = pictures(600, 270, 5);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fitted(&all, 270))
    };
    assert_eq!(with(1), with(3));
}

/// Q diag(λ) Q with Q = 1 − 2 v vᵀ, v of length 1.
fn with_eigenvalues(eigenvalues: &[f64]) -> Array2<f64> {
    let n = eigenvalues.len();
    let length = (1..=n).map(|i| (i * i) as f64).sum::<f64>().sqrt();
    let v = |i: usize| (i + 1) as f64 / length;
    let q = |i: usize, j: usize| f64::from(u8::from(i == j)) - 2.0 * v(i) * v(j);
    let element = |(i, j)| (0..n).map(|k| q(i, k) * eigenvalues[k] * q(k, j)).sum();
    Array2::from_shape_fn((n, n), element)
}

#[test]
fn inverse_root_of_known_eigenvalues() {
    // As CIFAR's: from 0.1 to 900.
    let eigenvalues: Vec<f64> = (0..60).map(|i| 0.1 * 9000_f64.powf(f64::from(i) / 59.0)).collect();
    let roots: Vec<f64> = eigenvalues.iter().map(|value| value.powf(-0.5)).collect();
    let found = inverse_root(with_eigenvalues(&eigenvalues), 0.1);
    for (found, wanted) in found.iter().zip(&with_eigenvalues(&roots)) {
        assert!((found - wanted).abs() < 1e-9, "{found} for {wanted}");
    }
}

#[test]
fn large_pictures_are_refused() {
    let error = Zca::fit(1, 4097, |_, _| unreachable!()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "whitening: zca takes pictures of at most 4096 values, found at least 4097; \
         want a smaller image_size"
    );
    assert_eq!(error.kind(), crate::ErrorKind::Usage);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whitening_is_as_defined(
        count in 1_usize..40,
        values in 1_usize..40,
        batch in 1_usize..20,
        seed in any::<u64>(),
    ) {
        let all = pictures(count, values, seed);
        let (mean, covariance) = moments(&all, values);
        let zca = fitted(&all, values);
        check_matrix(&zca, &covariance);
        let pictures = pictures(batch, values, !seed);
        let mut found = pictures.clone();
        // What is left of another batch does not matter.
        zca.apply(&mut found, &mut vec![f32::NAN; 7]);
        for (picture, found) in pictures.chunks_exact(values).zip(found.chunks_exact(values)) {
            for (column, found) in zca.matrix().chunks_exact(values).zip(found) {
                let centred = picture.iter().zip(&mean).map(|(&x, mean)| f64::from(x) - mean);
                let wanted: f64 = centred.zip(column).map(|(x, &p)| x * f64::from(p)).sum();
                prop_assert!((f64::from(*found) - wanted).abs() < 1e-4, "{} {}", found, wanted);
            }
        }
    }
}
