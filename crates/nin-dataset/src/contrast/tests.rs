//! Against the formulas, written plainly in f64.

use proptest::prelude::*;

use super::*;

type Size = (usize, usize, usize);

fn normalized(contrast: Contrast, size: Size, pixels: &[u8]) -> Vec<f32> {
    let mut values: Vec<f32> = pixels.iter().map(|&pixel| pixel.into()).collect();
    ContrastNormalizer::new(contrast, size).normalize(&mut values);
    values
}

fn global_reference(pixels: &[u8]) -> Vec<f64> {
    let mean = pixels.iter().map(|&x| f64::from(x)).sum::<f64>() / pixels.len() as f64;
    let centred: Vec<f64> = pixels.iter().map(|&x| f64::from(x) - mean).collect();
    let norm = centred.iter().map(|x| x * x).sum::<f64>().sqrt() / 55.0;
    let divisor = if norm < 1e-8 { 1.0 } else { norm };
    centred.iter().map(|x| x / divisor).collect()
}

/// Σ weight · values over the whole 7×7 window around a pixel, two-dimensional.
fn gaussian_sum(size: Size, values: &[f64], (row, column, channel): Size) -> f64 {
    let (height, width, channels) = size;
    let (mut sum, mut weights) = (0.0, 0.0);
    for down in -3_isize..=3 {
        for right in -3_isize..=3 {
            let weight = (-((down * down + right * right) as f64) / 8.0).exp();
            weights += weight;
            let (row, column) = (row as isize + down, column as isize + right);
            if (0..height as isize).contains(&row) && (0..width as isize).contains(&column) {
                let at = (row as usize * width + column as usize) * channels + channel;
                sum += weight * values[at];
            }
        }
    }
    sum / weights
}

fn local_reference(size: Size, pixels: &[u8]) -> Vec<f64> {
    let (height, width, channels) = size;
    let values = global_reference(pixels);
    let squares: Vec<f64> = values.iter().map(|x| x * x).collect();
    let mut out = vec![0.0; values.len()];
    for channel in 0..channels {
        let places = || (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
        let deviation = |(row, column): (usize, usize)| {
            gaussian_sum(size, &squares, (row, column, channel)).sqrt()
        };
        let mean = places().map(deviation).sum::<f64>() / (height * width) as f64;
        for (row, column) in places() {
            let at = (row * width + column) * channels + channel;
            let centred = values[at] - gaussian_sum(size, &values, (row, column, channel));
            out[at] = centred / deviation((row, column)).max(mean).max(1e-4);
        }
    }
    out
}

fn assert_close(found: &[f32], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    for (i, (&found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((f64::from(found) - wanted).abs() < tolerance, "{i}: {found} for {wanted}");
    }
}

#[test]
fn none_changes_nothing() {
    assert_eq!(normalized(Contrast::None, (1, 2, 1), &[3, 255]), [3.0, 255.0]);
}

#[test]
fn global_by_hand() {
    // Mean 4, differences ±3 and ±4, norm √50; over all channels.
    let found = normalized(Contrast::Global, (1, 2, 2), &[1, 7, 0, 8]);
    let unit = 55.0 / 50_f64.sqrt();
    assert_close(&found, &[-3.0 * unit, 3.0 * unit, -4.0 * unit, 4.0 * unit], 1e-5);
}

#[test]
fn a_constant_picture_becomes_zero() {
    for contrast in [Contrast::Global, Contrast::Local] {
        for pixel in [0, 77, 255] {
            let found = normalized(contrast, (5, 4, 3), &[pixel; 60]);
            assert!(found.iter().all(|&value| value == 0.0), "{contrast}: {found:?}");
        }
    }
}

#[test]
fn local_by_hand() {
    // One row of two pixels: ±55/√2 after the global part. The weights of the
    // middle and its neighbour in one dimension, and of the middle row:
    let gauss = |x: f64| (-x * x / 8.0).exp();
    let sum: f64 = (-3..=3).map(|x| gauss(f64::from(x))).sum();
    let (middle, next) = (1.0 / sum, gauss(1.0) / sum);
    let x = 55.0 / 2_f64.sqrt();
    let mean = middle * (middle - next) * x;
    let deviation = (middle * (middle + next)).sqrt() * x;
    let wanted = (x - mean) / deviation;
    assert_close(&normalized(Contrast::Local, (1, 2, 1), &[9, 5]), &[wanted, -wanted], 1e-5);
}

#[test]
fn local_keeps_channels_apart() {
    // The second channel is constant; the global part makes it −d everywhere.
    let pixels: Vec<u8> = (0..100).flat_map(|i| [(i * 37 % 200) as u8, 20]).collect();
    let both = normalized(Contrast::Local, (10, 10, 2), &pixels);
    assert_close(&both, &local_reference((10, 10, 2), &pixels), 1e-4);
    // In the middle of a constant channel the local mean is the value.
    assert!(both[(5 * 10 + 5) * 2 + 1].abs() < 1e-5);
}

proptest! {
    #[test]
    fn every_picture_is_as_in_the_formula(
        height in 1_usize..12,
        width in 1_usize..12,
        channels in 1_usize..4,
        seed in any::<u64>(),
        range in 1_u64..256,
    ) {
        let size = (height, width, channels);
        let mut state = seed;
        let pixels: Vec<u8> = (0..height * width * channels)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((state >> 33) % range) as u8
            })
            .collect();
        let global = normalized(Contrast::Global, size, &pixels);
        // Values are at most 55 in size, of which f32 keeps 2e-6.
        assert_close(&global, &global_reference(&pixels), 1e-5);
        let norm: f64 = global.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        prop_assert!(norm < 1e-9 || (norm - 55.0).abs() < 1e-4);
        let local = normalized(Contrast::Local, size, &pixels);
        prop_assert!(local.iter().all(|x| x.is_finite()));
        // Of values up to 55 the differences keep 1e-5, over divisors that are
        // at least a hundredth of the values.
        assert_close(&local, &local_reference(size, &pixels), 1e-3);
    }
}
