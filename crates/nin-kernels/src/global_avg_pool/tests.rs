use proptest::prelude::*;

use super::{backward, forward, reference};
use crate::testing::{
    dot, finite_differences, max_difference, max_error, poisoned, random, same_at_every_level,
    widen,
};

#[test]
fn means_of_two_maps() {
    let mut output = poisoned(2);
    forward(1, 4, 2, &[1., 0., 2., 0., 3., 0., 4., 8.], &mut output);
    assert_eq!(output, [2.5, 2.0]);
}

#[test]
fn gradient_is_spread_evenly() {
    let mut grad_input = poisoned(8);
    backward(2, 2, 2, &[2., 4., 6., 8.], &mut grad_input);
    assert_eq!(grad_input, [1., 2., 1., 2., 3., 4., 3., 4.]);
}

#[test]
fn an_empty_batch_is_nothing() {
    forward(0, 4, 2, &[], &mut []);
    backward(0, 4, 2, &[], &mut []);
}

#[test]
#[should_panic(expected = "at least 1")]
fn no_pixels_have_no_mean() {
    forward(1, 0, 2, &[], &mut [0.; 2]);
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        batch in 0_usize..4, pixels in 1_usize..65, channels in 1_usize..37, seed in 0_u64..1000,
    ) {
        let input = random(batch * pixels * channels, seed);
        let mut output = poisoned(batch * channels);
        forward(batch, pixels, channels, &input, &mut output);
        let truth = reference::forward(batch, pixels, channels, &widen(&input));
        // Sums of at most 64 numbers of order 1 in f32, divided by their count.
        prop_assert!(max_error(&output, &truth) < 1e-6);

        let grad_output = random(batch * channels, seed + 1000);
        let mut grad_input = poisoned(batch * pixels * channels);
        backward(batch, pixels, channels, &grad_output, &mut grad_input);
        let truth = reference::backward(batch, pixels, channels, &widen(&grad_output));
        // One division.
        prop_assert!(max_error(&grad_input, &truth) < 1e-7);
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let (batch, pixels, channels) = (2, 9, 37);
    let input = random(batch * pixels * channels, 1);
    same_at_every_level(|| {
        let (mut output, mut grad_input) = (poisoned(batch * channels), poisoned(input.len()));
        forward(batch, pixels, channels, &input, &mut output);
        backward(batch, pixels, channels, &output, &mut grad_input);
        [output, grad_input]
    });
}

#[test]
fn reference_gradient_agrees_with_finite_differences() {
    let input = widen(&random(2 * 5 * 3, 1));
    let grad_output = widen(&random(2 * 3, 2));
    let loss = |x: &[f64]| dot(&reference::forward(2, 5, 3, x), &grad_output);
    let gradient = reference::backward(2, 5, 3, &grad_output);
    // The loss is linear: nothing but rounding, 1e-16 / 1e-5.
    assert!(max_difference(&gradient, &finite_differences(&input, loss)) < 1e-9);
}
