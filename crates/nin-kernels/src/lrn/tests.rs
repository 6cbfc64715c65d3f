use proptest::prelude::*;

use super::window::{BLOCK, TURN};
use super::{AlphaScaling, LrnParams, TASK_LEN, backward, forward, reference};
use crate::testing::{
    dot, finite_differences, max_difference, max_error, poisoned, random, same_at_every_level,
    same_for_any_threads, widen,
};

fn params(size: usize, alpha: f64, beta: f64, k: f64) -> LrnParams {
    LrnParams { size, alpha, beta, k, scaling: AlphaScaling::DividedBySize }
}

fn run_forward(params: &LrnParams, channels: usize, input: &[f32]) -> Vec<f32> {
    let mut output = poisoned(input.len());
    forward(params, channels, input, &mut output);
    output
}

fn run_backward(
    params: &LrnParams,
    channels: usize,
    input: &[f32],
    grad_output: &[f32],
) -> Vec<f32> {
    let mut grad_input = poisoned(input.len());
    backward(params, channels, input, grad_output, &mut grad_input);
    grad_input
}

/// Outputs and gradients of 1 … 6 for the output gradient 1, −2, 3, −4, 5, −6,
/// from PyTorch in f64.
#[test]
fn windows_as_in_pytorch() {
    let input = [1., 2., 3., 4., 5., 6.];
    let grad_output = [1., -2., 3., -4., 5., -6.];
    let undivided = LrnParams { scaling: AlphaScaling::Undivided, ..params(5, 0.1, 0.75, 2.0) };
    let cases = [
        (
            params(5, 0.1, 0.75, 2.0),
            [0.538950482, 0.976787256, 1.284103366, 1.469678341, 1.866649591, 2.324870698],
            [0.517119852, -0.927626725, 1.132039776, -1.171208922, 2.127030142, -1.788731515],
        ),
        (
            params(4, 0.1, 0.75, 2.0),
            [0.568173271, 1.053729404, 1.404823406, 1.615386265, 1.719625719, 2.151649389],
            [0.534306298, -0.976801895, 1.317212632, -1.373347443, 2.309524488, -1.877755236],
        ),
        (
            params(3, 0.1, 0.75, 2.0),
            [0.559958606, 1.016125024, 1.327149020, 1.509580991, 1.600554696, 2.108158033],
            [0.588230742, -1.093786833, 1.496445016, -1.799116457, 2.358176281, -1.693056820],
        ),
        (
            params(2, 0.1, 0.75, 2.0),
            [0.583693160, 1.088662108, 1.444397903, 1.652522840, 1.751373350, 1.781077088],
            [0.634916006, -1.188782276, 1.534106939, -1.691017357, 1.734101552, -0.828818051],
        ),
        (
            undivided,
            [0.399384138, 0.598139512, 0.661950184, 0.662240104, 0.851119627, 1.091622427],
            [0.377935609, -0.568792195, 0.525308975, -0.368810608, 1.038464643, -0.628506341],
        ),
    ];
    for (params, output, gradient) in cases {
        // A few roundings of f32 and nine printed digits.
        assert!(max_error(&run_forward(&params, 6, &input), &output) < 1e-6, "{params:?}");
        let grad_input = run_backward(&params, 6, &input, &grad_output);
        assert!(max_error(&grad_input, &gradient) < 1e-6, "{params:?}");
    }
}

#[test]
fn alpha_is_divided_by_the_size_even_at_the_ends() {
    let ramp = [1., 2., 3., 4., 5.];
    let cases: [(_, &[f32], &[f64]); 3] = [
        (
            params(3, 1.0, 0.5, 1.0),
            &ramp,
            &[0.612372436, 0.840168050, 0.918558654, 0.951661903, 1.305582420],
        ),
        (
            params(5, 1e-4, 0.75, 2.0),
            &ramp,
            &[0.594541132, 1.188939614, 1.783075205, 2.377451427, 2.971903393],
        ),
        // Wider than all channels.
        (params(7, 1.0, 0.5, 1.0), &ramp[..3], &[0.577350269, 1.154700538, 1.732050808]),
    ];
    for (params, input, expected) in cases {
        let output = run_forward(&params, input.len(), input);
        assert!(max_error(&output, expected) < 1e-6, "{params:?}");
    }
    let gradient = run_backward(&params(3, 1.0, 0.75, 1.0), 3, &[1., 2., 3.], &[1.; 3]);
    assert!(max_error(&gradient, &[0.341307814, -0.163804073, -0.099622799]) < 1e-6);
}

/// Not even where a broken one stands beside them.
#[test]
fn pixels_do_not_mix() {
    let params = params(3, 0.5, 0.75, 1.0);
    for last in [1.0, f32::INFINITY, f32::NAN] {
        let mut input = random(2 * 5, 1);
        input[4] = last;
        let grad = random(2 * 5, 2);
        let output = run_forward(&params, 5, &input);
        assert_eq!(output[5..], run_forward(&params, 5, &input[5..]));
        let grad_input = run_backward(&params, 5, &input, &grad);
        assert_eq!(grad_input[5..], run_backward(&params, 5, &input[5..], &grad[5..]));
    }
}

#[test]
fn values_out_of_range_are_refused() {
    assert_eq!(LrnParams::default().validate(), Ok(()));
    for wrong in [
        params(0, 1e-4, 0.75, 1.0),
        params(5, -1e-4, 0.75, 1.0),
        params(5, f64::NAN, 0.75, 1.0),
        params(5, 1e-4, f64::INFINITY, 1.0),
        params(5, 1e-4, 0.75, 0.0),
    ] {
        assert!(wrong.validate().is_err(), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        size in 1_usize..=9,
        // Rows of many pixels, of two, of one, and pixels of more than a block.
        (channels, pixels) in prop_oneof![
            6 => (1_usize..=40, 0_usize..30),
            1 => (BLOCK / 2 - 6..=BLOCK / 2 + 2, 0_usize..4),
            1 => (BLOCK - 5..=BLOCK + 5, 0_usize..3),
        ],
        beta in prop_oneof![Just(0.75), Just(0.5), Just(1.0), Just(0.3)],
        scaling in prop_oneof![Just(AlphaScaling::DividedBySize), Just(AlphaScaling::Undivided)],
        seed in 0_u64..1000,
    ) {
        let params = LrnParams { size, alpha: 0.5, beta, k: 1.0, scaling };
        let input = random(pixels * channels, seed);
        let grad_output = random(pixels * channels, seed + 1000);
        let truth = reference::forward(&params, channels, &widen(&input));
        // A dozen roundings of numbers of order 1.
        prop_assert!(max_error(&run_forward(&params, channels, &input), &truth) < 2e-6);
        let truth =
            reference::backward(&params, channels, &widen(&input), &widen(&grad_output));
        let grad_input = run_backward(&params, channels, &input, &grad_output);
        prop_assert!(max_error(&grad_input, &truth) < 2e-6);
    }
}

/// Windows that take several turns, over several blocks, and in all directions
/// beyond the channels.
#[test]
fn wide_windows() {
    for (channels, size) in [(2 * BLOCK + 7, 2 * TURN + 11), (TURN + 9, 5 * TURN), (3, 4 * BLOCK)] {
        let params = params(size, 1.0, 0.75, 1.0);
        let input = random(channels, 5);
        let grad_output = random(channels, 6);
        let truth = reference::forward(&params, channels, &widen(&input));
        assert!(max_error(&run_forward(&params, channels, &input), &truth) < 1e-5);
        let truth = reference::backward(&params, channels, &widen(&input), &widen(&grad_output));
        let grad_input = run_backward(&params, channels, &input, &grad_output);
        assert!(max_error(&grad_input, &truth) < 1e-5);
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let channels = 37;
    let input = random(4 * channels, 1);
    let grad_output = random(4 * channels, 2);
    for beta in [0.75, 0.5, 0.3] {
        let params = params(5, 0.5, beta, 1.0);
        same_at_every_level(|| {
            let output = run_forward(&params, channels, &input);
            [output, run_backward(&params, channels, &input, &grad_output)]
        });
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let (params, channels) = (LrnParams::default(), 96);
    let input = random(3 * TASK_LEN.next_multiple_of(channels), 1);
    same_for_any_threads(|| {
        let output = run_forward(&params, channels, &input);
        let grad_input = run_backward(&params, channels, &input, &input);
        (output, grad_input)
    });
}

#[test]
fn reference_gradient_agrees_with_finite_differences() {
    let input = widen(&random(2 * 7, 1));
    let grad_output = widen(&random(2 * 7, 2));
    for size in [1, 2, 3, 4, 9] {
        let params = params(size, 0.7, 0.75, 1.3);
        let loss = |x: &[f64]| dot(&reference::forward(&params, 7, x), &grad_output);
        let gradient = reference::backward(&params, 7, &input, &grad_output);
        // The differences are exact to the square of their step, 1e-10.
        assert!(max_difference(&gradient, &finite_differences(&input, loss)) < 1e-8);
    }
}
