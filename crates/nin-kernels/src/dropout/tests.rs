use proptest::prelude::*;

use super::{DropoutKey, DropoutProbability, TASK_LEN, apply, reference};
use crate::testing::{
    max_error, poisoned, random, same_at_every_level, same_for_any_threads, widen,
};

fn run(p: f64, key: DropoutKey, input: &[f32]) -> Vec<f32> {
    let mut output = poisoned(input.len());
    apply(DropoutProbability::new(p).unwrap(), key, input, &mut output);
    output
}

fn key(seed: u64, stream: u64) -> DropoutKey {
    DropoutKey { seed, stream }
}

#[test]
fn half_of_ten_thousand_ones() {
    let output = run(0.5, key(42, 7), &[1.0; 10_000]);
    assert!(output.iter().all(|&y| y == 0.0 || y == 2.0));
    let mean = output.iter().sum::<f32>() / 10_000.0;
    // Five standard deviations of the mean of 10,000 fair coins worth 0 or 2.
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
}

#[test]
fn words_are_those_of_philox() {
    // Counter 0 under key 0 begins with 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
    let all = 4_294_967_296.0;
    let between = (f64::from(0x6627_e8d5_u32) + 1.0) / all;
    let output = run(between, key(0, 0), &[1.0; 4]);
    assert_eq!(output[0], 0.0);
    assert!(output[1..].iter().all(|&y| y > 0.0));
    let at = f64::from(0x6627_e8d5_u32) / all;
    assert!(run(at, key(0, 0), &[1.0; 4])[0] > 0.0);
}

#[test]
fn each_seed_and_stream_has_its_own_mask() {
    let ones = [1.0; 256];
    let mask = |seed, stream| run(0.5, key(seed, stream), &ones);
    assert_eq!(mask(1, 2), mask(1, 2));
    let masks =
        [mask(1, 2), mask(2, 2), mask(1, 3), mask(1 << 32, 2), mask(1, 1 << 32), mask(2, 1)];
    for (i, a) in masks.iter().enumerate() {
        assert!(masks[..i].iter().all(|b| a != b), "mask {i}");
    }
}

#[test]
fn zero_is_the_identity() {
    let input = random(1001, 1);
    assert_eq!(run(0.0, key(3, 4), &input), input);
}

#[test]
fn probabilities_out_of_range_are_refused() {
    for p in [1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(DropoutProbability::new(p).is_err(), "{p}");
    }
    let error = DropoutProbability::new(1.0).unwrap_err().to_string();
    assert_eq!(error, "dropout probability must be at least 0 and below 1, got 1");
}

#[test]
fn a_dropped_nan_is_zero_and_a_kept_one_stays() {
    let output = run(0.5, key(0, 0), &[f32::NAN; 64]);
    let kept = run(0.5, key(0, 0), &[1.0; 64]);
    assert!(output.iter().zip(kept).all(|(y, kept)| y.is_nan() == (kept > 0.0)));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let input = random(3 * TASK_LEN + 5, 1);
    same_for_any_threads(|| run(0.5, key(1, 2), &input));
}

#[test]
fn every_level_gives_the_same_bits() {
    let input = random(TASK_LEN + 333, 1);
    same_at_every_level(|| [run(0.3, key(1 << 40, 2 << 50), &input)]);
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        len in prop_oneof![0_usize..20, TASK_LEN - 5..TASK_LEN + 6],
        p in 0.0..0.99,
        seed in any::<u64>(),
        stream in any::<u64>(),
    ) {
        let input = random(len, seed);
        let p = DropoutProbability::new(p).unwrap();
        let truth = reference::apply(p, key(seed, stream), &widen(&input));
        // One product with a rounded factor.
        prop_assert!(max_error(&run(p.get(), key(seed, stream), &input), &truth) < 3e-7);
    }
}
