use proptest::prelude::*;

use super::reference::Layer;
use super::statistics::LANES;
use super::{
    BLOCK, BatchNorm, Gradients, Statistics, StatisticsMut, TASK_LEN, backward, forward_eval,
    forward_train, reference, update_running,
};
use crate::Activation;
use crate::testing::{
    dot, finite_differences, max_difference, max_error, poisoned, random, same_at_every_level,
    same_for_any_threads, widen,
};

/// Output, mean and variance.
fn run_forward(norm: &BatchNorm<'_>, input: &[f32]) -> [Vec<f32>; 3] {
    let channels = norm.weight.len();
    let mut output = poisoned(input.len());
    let (mut mean, mut variance) = (poisoned(channels), poisoned(channels));
    let saved = StatisticsMut { mean: &mut mean, variance: &mut variance };
    forward_train(norm, input, &mut output, saved);
    [output, mean, variance]
}

/// Gradients of input, weight and bias, from the one after the activation.
fn run_backward(norm: &BatchNorm<'_>, input: &[f32], grad_output: &[f32]) -> [Vec<f32>; 3] {
    let channels = norm.weight.len();
    let [output, mean, variance] = run_forward(norm, input);
    let mut grad_output = grad_output.to_vec();
    norm.activation.backward_in_place(&output, &mut grad_output);
    let saved = Statistics { mean: &mean, variance: &variance };
    let (mut grad_input, mut weight, mut bias) =
        (poisoned(input.len()), poisoned(channels), poisoned(channels));
    let grads = Gradients { input: &mut grad_input, weight: &mut weight, bias: &mut bias };
    backward(norm, saved, input, &grad_output, grads);
    [grad_input, weight, bias]
}

const INPUT: [f32; 8] = [1., -2., 3., 0.5, -1., 4., 2., 2.];
const LAYER: BatchNorm<'_> = BatchNorm {
    eps: 1e-3,
    activation: Activation::Relu,
    weight: &[1.5, -0.5],
    bias: &[0.25, -0.1],
};

/// Expected values from PyTorch in f64; a few roundings of f32.
#[test]
fn training_as_in_pytorch() {
    let [output, mean, variance] = run_forward(&LAYER, &INPUT);
    let expected = [0., 0.613338331, 2.024418400, 0.042667666, 0., 0., 1.010465029, 0.];
    assert!(max_error(&output, &expected) < 1e-6);

    let grad_output = [1., 2., -3., 4., 5., -6., 7., 8.];
    let [input, weight, bias] = run_backward(&LAYER, &INPUT, &grad_output);
    let expected = [
        -1.013953371,
        0.211098934,
        -4.055813486,
        -0.505624052,
        -1.013953371,
        0.043187978,
        6.083720228,
        0.251337140,
    ];
    assert!(max_error(&input, &expected) < 1e-6);
    assert!(max_error(&weight, &[0., -3.994694655]) < 1e-6);
    assert!(max_error(&bias, &[4., 6.]) < 1e-6);

    let (mut running_mean, mut running_variance) = ([0.5, -1.], [2., 0.5]);
    let running = StatisticsMut { mean: &mut running_mean, variance: &mut running_variance };
    update_running(0.1, 4, Statistics { mean: &mean, variance: &variance }, running).unwrap();
    assert!(max_error(&running_mean, &[0.575, -0.7875]) < 1e-6);
    assert!(max_error(&running_variance, &[2.091666667, 1.089583333]) < 1e-6);

    let mut output = poisoned(8);
    let running = Statistics { mean: &running_mean, variance: &running_variance };
    forward_eval(&LAYER, running, &INPUT, &mut output);
    let expected = [0.690686920, 0.480526866, 2.764507722, 0., 0., 0., 1.727597321, 0.];
    assert!(max_error(&output, &expected) < 1e-6);
}

#[test]
fn a_mean_far_from_zero_leaves_the_variance_intact() {
    // 2²³ + {0, 1, 2, 3}: exact in f32, with variance 1.25.
    let input: Vec<f32> = (0..4000).map(|i| 8_388_608.0 + (i % 4) as f32).collect();
    let norm = BatchNorm { eps: 0.0, activation: Activation::None, weight: &[1.], bias: &[0.] };
    let [_, _, variance] = run_forward(&norm, &input);
    assert_eq!(variance, [1.25]);
}

#[test]
fn a_constant_channel_becomes_its_bias() {
    let norm = BatchNorm { eps: 1e-5, activation: Activation::None, weight: &[2.], bias: &[3.] };
    let [output, mean, variance] = run_forward(&norm, &[0.1; 7]);
    assert_eq!((output, mean, variance), (vec![3.0; 7], vec![0.1], vec![0.0]));
}

#[test]
fn nan_is_not_hidden() {
    let [output, mean, variance] = run_forward(&LAYER, &[1., 2., f32::NAN, 3.]);
    assert!(mean[0].is_nan() && variance[0].is_nan());
    assert!(output[0].is_nan() && output[2].is_nan());
    assert!(!output[1].is_nan());
}

#[test]
fn one_row_has_no_unbiased_variance() {
    let update = |momentum, rows| {
        let (mut mean, mut variance) = ([0.], [1.]);
        let running = StatisticsMut { mean: &mut mean, variance: &mut variance };
        update_running(momentum, rows, Statistics { mean: &[1.], variance: &[1.] }, running)
    };
    assert_eq!(update(0.1, 2), Ok(()));
    assert!(update(0.1, 1).is_err());
    assert!(update(1.5, 2).is_err());
    assert!(update(f64::NAN, 2).is_err());
}

#[test]
#[should_panic(expected = "an empty batch has no mean")]
fn an_empty_batch_is_refused_in_training() {
    run_forward(&LAYER, &[]);
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        channels in prop_oneof![1..=LANES + 1, BLOCK - 1..=BLOCK + 1, Just(2 * BLOCK + 17)],
        rows in 2_usize..20,
        relu in any::<bool>(),
        seed in 0_u64..1000,
    ) {
        let activation = if relu { Activation::Relu } else { Activation::None };
        let weight = random(channels, seed);
        let bias = random(channels, seed + 1000);
        let norm = BatchNorm { eps: 0.01, activation, weight: &weight, bias: &bias };
        let input = random(rows * channels, seed + 2000);
        let grad_output = random(rows * channels, seed + 3000);
        let [output, mean, variance] = run_forward(&norm, &input);
        let [grad_input, grad_weight, grad_bias] = run_backward(&norm, &input, &grad_output);

        let (weight, bias, input) = (widen(&weight), widen(&bias), widen(&input));
        let layer = Layer { eps: 0.01, weight: &weight, bias: &bias };
        let (true_mean, true_variance) = reference::statistics(channels, &input);
        prop_assert!(max_error(&mean, &true_mean) < 1e-6);
        prop_assert!(max_error(&variance, &true_variance) < 1e-6);
        let mut truth = reference::forward(layer, &true_mean, &true_variance, &input);
        let mut grad = widen(&grad_output);
        if relu {
            truth.iter_mut().for_each(|y| *y = y.max(0.0));
            // The kernel's own zeros: a value at the edge may round to either side.
            grad.iter_mut().zip(&output).filter(|(_, y)| **y == 0.0).for_each(|(g, _)| *g = 0.0);
        }
        // Numbers of order 1 after a few roundings, magnified by up to
        // 1 / √eps = 10.
        prop_assert!(max_error(&output, &truth) < 1e-5);
        let [true_input, true_weight, true_bias] = reference::backward(layer, &input, &grad);
        prop_assert!(max_error(&grad_input, &true_input) < 1e-5);
        prop_assert!(max_error(&grad_weight, &true_weight) < 1e-5);
        prop_assert!(max_error(&grad_bias, &true_bias) < 1e-6);
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let channels = 96;
    let (weight, bias) = (random(channels, 1), random(channels, 2));
    let activation = Activation::Relu;
    let norm = BatchNorm { eps: 1e-5, activation, weight: &weight, bias: &bias };
    let input = random(2 * TASK_LEN.next_multiple_of(channels) + channels, 3);
    same_for_any_threads(|| (run_forward(&norm, &input), run_backward(&norm, &input, &input)));
}

#[test]
fn every_level_gives_the_same_bits() {
    // Whole vectors of channels and single ones.
    let channels = 2 * LANES + 5;
    let (weight, bias) = (random(channels, 1), random(channels, 2));
    let activation = Activation::Relu;
    let norm = BatchNorm { eps: 1e-5, activation, weight: &weight, bias: &bias };
    let input = random(9 * channels, 3);
    same_at_every_level(|| {
        let [output, mean, variance] = run_forward(&norm, &input);
        let [grad_input, grad_weight, grad_bias] = run_backward(&norm, &input, &input);
        [output, mean, variance, grad_input, grad_weight, grad_bias]
    });
}

#[test]
fn reference_gradients_agree_with_finite_differences() {
    let (channels, rows) = (3, 5);
    let input = widen(&random(rows * channels, 1));
    let weight = widen(&random(channels, 2));
    let bias = widen(&random(channels, 3));
    let grad = widen(&random(rows * channels, 4));
    let loss = |input: &[f64], weight: &[f64], bias: &[f64]| {
        let (mean, variance) = reference::statistics(channels, input);
        let layer = Layer { eps: 0.1, weight, bias };
        dot(&reference::forward(layer, &mean, &variance, input), &grad)
    };
    let layer = Layer { eps: 0.1, weight: &weight, bias: &bias };
    let [by_input, by_weight, by_bias] = reference::backward(layer, &input, &grad);
    // The differences are exact to the square of their step, 1e-10.
    let check = |gradient: &[f64], differences: Vec<f64>| {
        assert!(max_difference(gradient, &differences) < 1e-8);
    };
    check(&by_input, finite_differences(&input, |x| loss(x, &weight, &bias)));
    check(&by_weight, finite_differences(&weight, |w| loss(&input, w, &bias)));
    check(&by_bias, finite_differences(&bias, |b| loss(&input, &weight, b)));
}
