use proptest::prelude::*;

use super::Divisor::{CoveredPixels, WindowArea};
use super::{Divisor, backward, forward, reference};
use crate::testing::{
    dot, finite_differences, max_difference, max_error, poisoned, random, same_at_every_level,
    widen,
};
use crate::{PoolShape, Rounding, Window};

/// Sums of at most 25 numbers of order 1 in f32.
const TOLERANCE: f64 = 1e-5;

fn run_forward(shape: &PoolShape, divisor: Divisor, input: &[f32]) -> Vec<f32> {
    let mut output = poisoned(shape.output_len());
    forward(shape, divisor, input, &mut output);
    output
}

fn run_backward(shape: &PoolShape, divisor: Divisor, grad_output: &[f32]) -> Vec<f32> {
    let mut grad_input = poisoned(shape.input_len());
    backward(shape, divisor, grad_output, &mut grad_input);
    grad_input
}

/// Expected values from PyTorch on the 5×5 ramp 1 … 25.
#[test]
fn divisors_as_in_pytorch() {
    let ramp: Vec<f32> = (1..=25).map(|x| x as f32).collect();
    let (floor, ceil) = (Rounding::Floor, Rounding::Ceil);
    let covered = [4.0, 5.5, 7.0, 11.5, 13.0, 14.5, 19.0, 20.5, 22.0];
    let area = [16., 33., 28., 69., 117., 87., 76., 123., 88.].map(|sum| sum / 9.0);
    let cases: [(_, _, _, &[f64]); 6] = [
        ((3, 2, 1), floor, WindowArea, &area),
        ((3, 2, 1), ceil, CoveredPixels, &covered),
        // The last windows hang over and are divided by 2, 2 and 1.
        ((2, 2, 0), ceil, WindowArea, &[4., 6., 7.5, 14., 16., 17.5, 21.5, 23.5, 25.]),
        ((2, 3, 1), ceil, WindowArea, &[0.25, 1.75, 6.75, 16.]),
        ((3, 3, 1), ceil, WindowArea, &[16. / 9., 39. / 9., 11., 19.]),
        ((3, 3, 1), ceil, CoveredPixels, &[4., 6.5, 16.5, 19.]),
    ];
    for ((kernel_size, stride, padding), rounding, divisor, expected) in cases {
        let window = Window { kernel_size, stride, padding };
        let shape = PoolShape::new([1, 5, 5, 1], window, rounding).unwrap();
        let output = run_forward(&shape, divisor, &ramp);
        assert!(max_error(&output, expected) < 1e-6, "{window:?} {divisor:?}: {output:?}");
    }
}

#[test]
fn overlapping_gradients_add_up() {
    let window = Window { kernel_size: 2, stride: 1, padding: 0 };
    let shape = PoolShape::new([1, 2, 3, 1], window, Rounding::Floor).unwrap();
    let grad_input = run_backward(&shape, WindowArea, &[4., 8.]);
    assert_eq!(grad_input, [1., 3., 2., 1., 3., 2.]);
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        shape in crate::max_pool::tests::shapes(),
        divisor in prop_oneof![Just(WindowArea), Just(CoveredPixels)],
        seed in 0_u64..1000,
    ) {
        let input = random(shape.input_len(), seed);
        let truth = reference::forward(&shape, divisor, &widen(&input));
        prop_assert!(max_error(&run_forward(&shape, divisor, &input), &truth) < TOLERANCE);

        let grad_output = random(shape.output_len(), seed + 1000);
        let truth = reference::backward(&shape, divisor, &widen(&grad_output));
        prop_assert!(max_error(&run_backward(&shape, divisor, &grad_output), &truth) < TOLERANCE);
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let window = Window { kernel_size: 3, stride: 2, padding: 1 };
    // Whole vectors of channels and single ones.
    let shape = PoolShape::new([2, 7, 6, 37], window, Rounding::Ceil).unwrap();
    let input = random(shape.input_len(), 1);
    let grad_output = random(shape.output_len(), 2);
    same_at_every_level(|| {
        let output = run_forward(&shape, CoveredPixels, &input);
        [output, run_backward(&shape, CoveredPixels, &grad_output)]
    });
}

#[test]
fn reference_gradient_agrees_with_finite_differences() {
    let window = Window { kernel_size: 3, stride: 2, padding: 1 };
    let shape = PoolShape::new([2, 6, 5, 2], window, Rounding::Ceil).unwrap();
    let input = widen(&random(shape.input_len(), 2));
    let grad_output = widen(&random(shape.output_len(), 3));
    for divisor in [WindowArea, CoveredPixels] {
        let loss = |x: &[f64]| dot(&reference::forward(&shape, divisor, x), &grad_output);
        let gradient = reference::backward(&shape, divisor, &grad_output);
        // The loss is linear: nothing but rounding, 1e-16 / 1e-5.
        assert!(max_difference(&gradient, &finite_differences(&input, loss)) < 1e-9);
    }
}
