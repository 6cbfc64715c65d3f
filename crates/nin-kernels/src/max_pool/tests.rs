use proptest::prelude::*;

use super::{backward, forward, forward_inference, reference};
use crate::testing::{
    dot, finite_differences, max_difference, max_error, poisoned, random, same_at_every_level,
    same_for_any_threads, widen,
};
use crate::{PoolShape, Rounding, Window};

fn square(
    size: usize,
    (kernel_size, stride, padding): (usize, usize, usize),
    rounding: Rounding,
) -> PoolShape {
    let window = Window { kernel_size, stride, padding };
    PoolShape::new([1, size, size, 1], window, rounding).unwrap()
}

/// Output, indices, and the gradient of the input for `grad_output`.
fn run(shape: &PoolShape, input: &[f32], grad_output: &[f32]) -> (Vec<f32>, Vec<u8>, Vec<f32>) {
    let mut output = poisoned(shape.output_len());
    let mut indices = vec![u8::MAX; shape.output_len()];
    forward(shape, input, &mut output, &mut indices);
    let mut inference = poisoned(shape.output_len());
    forward_inference(shape, input, &mut inference);
    assert!(output.iter().zip(&inference).all(|(a, b)| a == b || a.is_nan() && b.is_nan()));
    let mut grad_input = poisoned(shape.input_len());
    backward(shape, grad_output, &indices, &mut grad_input);
    (output, indices, grad_input)
}

#[test]
fn ramps_give_their_gradient_to_the_last_corner() {
    let ramp = |len: usize| (0..len).map(|i| i as f32).collect::<Vec<_>>();
    for (size, expected) in [(4, [5.0, 7.0, 13.0, 15.0]), (5, [6.0, 8.0, 16.0, 18.0])] {
        let shape = square(size, (2, 2, 0), Rounding::Floor);
        let input = ramp(size * size);
        let (output, indices, grad_input) = run(&shape, &input, &[1.0; 4]);
        assert_eq!(output, expected);
        assert_eq!(indices, [3; 4]);
        // The ramp's values are its indices.
        let winner = |i: usize| f32::from(expected.contains(&(i as f32)));
        assert_eq!(grad_input, (0..size * size).map(winner).collect::<Vec<_>>());
    }
}

/// Expected values from PyTorch, whose indices count over the whole plane.
#[test]
fn ties_and_overlaps_as_in_pytorch() {
    #[rustfmt::skip]
    let input = [
        1., 3., 3., 0., 2.,
        3., 3., 1., 5., 5.,
        0., 2., 5., 5., 1.,
        4., 4., 0., 1., 1.,
        4., 0., 1., 1., 1.,
    ];
    let floor = square(5, (3, 2, 0), Rounding::Floor);
    let (output, _, grad_input) = run(&floor, &input, &[1., 2., 3., 4.]);
    assert_eq!(output, [5.; 4]);
    let mut expected = [0.; 25];
    (expected[8], expected[12]) = (2., 8.);
    assert_eq!(grad_input, expected);

    let grad_output: Vec<f32> = (1..10).map(|g| g as f32).collect();
    let padded = square(5, (3, 2, 1), Rounding::Floor);
    let (output, _, grad_input) = run(&padded, &input, &grad_output);
    assert_eq!(output, [3., 5., 5., 4., 5., 5., 4., 4., 1.]);
    let mut expected = [0.; 25];
    for (pixel, grad) in [(1, 1.), (8, 16.), (15, 11.), (16, 8.), (18, 9.)] {
        expected[pixel] = grad;
    }
    assert_eq!(grad_input, expected);

    let ceil = square(5, (2, 2, 0), Rounding::Ceil);
    let (output, _, grad_input) = run(&ceil, &input, &grad_output);
    assert_eq!(output, [3., 5., 5., 4., 5., 1., 4., 1., 1.]);
    let mut expected = [0.; 25];
    for (output, pixel) in [1, 8, 9, 15, 12, 14, 20, 22, 24].into_iter().enumerate() {
        expected[pixel] = grad_output[output];
    }
    assert_eq!(grad_input, expected);
}

#[test]
fn equal_values_share_one_gradient() {
    let shape = square(2, (2, 2, 0), Rounding::Floor);
    let (output, _, grad_input) = run(&shape, &[1.; 4], &[1.]);
    assert_eq!(output, [1.]);
    assert_eq!(grad_input, [1., 0., 0., 0.]);
}

#[test]
fn padding_never_wins_and_minus_infinity_is_a_value() {
    let shape = square(2, (2, 2, 1), Rounding::Floor);
    let (output, indices, _) = run(&shape, &[-1., -2., -3., -4.], &[1.; 4]);
    assert_eq!(output, [-1., -2., -3., -4.]);
    assert_eq!(indices, [3, 2, 1, 0]);

    let shape = square(2, (2, 2, 0), Rounding::Floor);
    let (output, indices, _) = run(&shape, &[f32::NEG_INFINITY; 4], &[1.]);
    assert_eq!((output[0], indices[0]), (f32::NEG_INFINITY, 0));
}

#[test]
fn nan_is_not_hidden() {
    let nan = f32::NAN;
    let shape = square(3, (3, 1, 0), Rounding::Floor);
    let (output, indices, grad_input) = run(&shape, &[1., nan, 3., nan, 5., 6., 7., 8., 9.], &[2.]);
    assert!(output[0].is_nan());
    // The last NaN, as in PyTorch.
    assert_eq!(indices, [3]);
    assert_eq!(grad_input, [0., 0., 0., 2., 0., 0., 0., 0., 0.]);
}

#[test]
fn sizes_of_published_networks() {
    for (size, floor, padded, ceil) in
        [(10, 4, 5, 5), (15, 7, 8, 7), (16, 7, 8, 8), (28, 13, 14, 14), (32, 15, 16, 16)]
    {
        assert_eq!(square(size, (3, 2, 0), Rounding::Floor).out_height(), floor);
        assert_eq!(square(size, (3, 2, 1), Rounding::Floor).out_width(), padded);
        assert_eq!(square(size, (3, 2, 0), Rounding::Ceil).out_height(), ceil);
    }
}

#[test]
#[should_panic(expected = "length of output")]
fn wrong_lengths_are_refused() {
    let shape = square(4, (2, 2, 0), Rounding::Floor);
    forward(&shape, &[0.; 16], &mut [0.; 5], &mut [0; 4]);
}

/// Shapes of both roundings around every edge, up to a few vectors of channels.
pub(crate) fn shapes() -> impl Strategy<Value = PoolShape> {
    let window = (1_usize..=5, 1_usize..=4).prop_flat_map(|(kernel_size, stride)| {
        (0..=kernel_size / 2).prop_map(move |padding| Window { kernel_size, stride, padding })
    });
    let rounding = prop_oneof![Just(Rounding::Floor), Just(Rounding::Ceil)];
    (1_usize..=3, 1_usize..=9, 1_usize..=9, 1_usize..=37, window, rounding).prop_filter_map(
        "the window fits",
        |(batch, height, width, channels, window, rounding)| {
            PoolShape::new([batch, height, width, channels], window, rounding).ok()
        },
    )
}

proptest! {
    #[test]
    fn agrees_with_the_reference(shape in shapes(), seed in 0_u64..1000, tied in any::<bool>()) {
        let mut input = random(shape.input_len(), seed);
        if tied {
            // Four different values: most windows hold equal ones.
            input.iter_mut().for_each(|x| *x = (*x * 2.0).floor());
        }
        let grad_output = random(shape.output_len(), seed + 1000);
        let (output, indices, grad_input) = run(&shape, &input, &grad_output);
        let (truth, true_indices) = reference::forward(&shape, &widen(&input));
        prop_assert_eq!(widen(&output), truth);
        prop_assert_eq!(&indices, &true_indices);
        let truth = reference::backward(&shape, &widen(&grad_output), &indices);
        // Sums of at most 25 numbers of order 1 in f32.
        prop_assert!(max_error(&grad_input, &truth) < 1e-5);
    }
}

/// 37 channels: whole vectors and single numbers.
fn example() -> (PoolShape, Vec<f32>) {
    let window = Window { kernel_size: 3, stride: 2, padding: 1 };
    let shape = PoolShape::new([2, 9, 8, 37], window, Rounding::Ceil).unwrap();
    // A few different values, so that some are equal, and some NaN.
    let value = |x: f32| if x > 0.95 { f32::NAN } else { (x * 4.0).floor() };
    (shape, random(shape.input_len(), 1).into_iter().map(value).collect())
}

#[test]
fn every_level_gives_the_same_bits() {
    let (shape, input) = example();
    let grad_output = random(shape.output_len(), 2);
    same_at_every_level(|| {
        let (output, indices, grad_input) = run(&shape, &input, &grad_output);
        [output, indices.into_iter().map(f32::from).collect(), grad_input]
    });
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let (shape, input) = example();
    let input: Vec<f32> = input.into_iter().map(|x| if x.is_nan() { 9.0 } else { x }).collect();
    let grad_output = random(shape.output_len(), 2);
    same_for_any_threads(|| run(&shape, &input, &grad_output));
}

#[test]
fn reference_gradient_agrees_with_finite_differences() {
    let window = Window { kernel_size: 3, stride: 2, padding: 1 };
    let shape = PoolShape::new([2, 6, 5, 2], window, Rounding::Ceil).unwrap();
    // All different by more than the step of the differences.
    let input: Vec<f64> = (0..shape.input_len()).map(|i| (i * 7919 % 120) as f64 / 120.0).collect();
    let grad_output = widen(&random(shape.output_len(), 3));
    let loss = |x: &[f64]| dot(&reference::forward(&shape, x).0, &grad_output);
    let (_, indices) = reference::forward(&shape, &input);
    let gradient = reference::backward(&shape, &grad_output, &indices);
    // The loss is linear between ties: nothing but rounding, 1e-16 / 1e-5.
    assert!(max_difference(&gradient, &finite_differences(&input, loss)) < 1e-9);
}
