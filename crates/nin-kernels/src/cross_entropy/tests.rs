use proptest::prelude::*;

use super::{LabelSmoothing, argmax, count_correct, forward, forward_backward, reference};
use crate::testing::{finite_differences, max_difference, max_error, poisoned, random, widen};

fn smoothing(s: f64) -> LabelSmoothing {
    LabelSmoothing::new(s).unwrap()
}

/// The sum of the losses and the gradient of their mean.
fn run(classes: usize, s: f64, logits: &[f32], labels: &[u32]) -> (f64, Vec<f32>) {
    let mut grad = poisoned(logits.len());
    let loss = forward_backward(classes, smoothing(s), logits, labels, &mut grad);
    let alone = forward(classes, smoothing(s), logits, labels);
    assert!(loss == alone || loss.is_nan() && alone.is_nan());
    (loss, grad)
}

/// Expected values from PyTorch in f64.
#[test]
fn smoothed_losses_as_in_pytorch() {
    let cases = [
        (
            0.0,
            3.011736569781,
            [-0.454984713, 0.122364236, 0.332620478, 0.165749480, 0.060975826, -0.226725306],
        ),
        (
            0.1,
            2.978403236448,
            [-0.421651380, 0.105697569, 0.315953811, 0.149082814, 0.044309159, -0.193391973],
        ),
        (
            1.0,
            2.678403236448,
            [-0.121651380, -0.044302431, 0.165953811, -0.000917186, -0.105690841, 0.106608027],
        ),
    ];
    for (s, loss, gradient) in cases {
        let (sum, grad) = run(3, s, &[1., 2., 3., 0., -1., 0.5], &[0, 2]);
        assert!((sum - loss).abs() < 1e-11, "{sum}");
        assert!(max_error(&grad, &gradient) < 1e-7, "{grad:?}");
    }
}

#[test]
fn constant_logits_cost_the_logarithm_of_the_classes() {
    for logit in [0.0, 1e4, -1e30] {
        let (sum, _) = run(10, 0.0, &[logit; 30], &[0, 4, 9]);
        assert!((sum / 3.0 - std::f64::consts::LN_10).abs() < 1e-12, "{sum}");
    }
}

#[test]
fn a_sure_and_right_answer_costs_almost_nothing() {
    let mut logits = [0.0; 10];
    logits[0] = 20.0;
    let (loss, _) = run(10, 0.0, &logits, &[0]);
    // ln(1 + 9 · exp(−20)), all digits of which f64 can hold.
    assert!((loss - 1.855038242988867e-8).abs() < 1e-22, "{loss}");
}

#[test]
fn extreme_logits_stay_finite() {
    let (loss, grad) = run(2, 0.0, &[f32::MAX, -f32::MAX], &[1]);
    assert!(loss.is_finite());
    assert_eq!(grad, [1.0, -1.0]);
    // An impossible class costs nothing as long as it is not the label.
    let (loss, grad) = run(2, 0.0, &[1.0, f32::NEG_INFINITY], &[0]);
    assert_eq!((loss, grad), (0.0, vec![0.0, 0.0]));
}

#[test]
fn nan_is_not_hidden() {
    for s in [0.0, 0.1] {
        let (loss, grad) = run(3, s, &[1.0, f32::NAN, 0.0], &[0]);
        assert!(loss.is_nan());
        assert!(grad.iter().all(|g| g.is_nan()));
    }
}

#[test]
fn an_empty_batch_costs_nothing() {
    assert_eq!(run(3, 0.0, &[], &[]), (0.0, vec![]));
}

#[test]
#[should_panic(expected = "label 3 of sample 1, want 0..3")]
fn labels_beyond_the_classes_are_refused() {
    forward(3, LabelSmoothing::NONE, &[0.0; 6], &[0, 3]);
}

#[test]
fn smoothing_out_of_range_is_refused() {
    for s in [-0.1, 1.1, f64::NAN] {
        assert!(LabelSmoothing::new(s).is_err(), "{s}");
    }
}

#[test]
fn the_first_of_equal_logits_is_predicted() {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    let cases: [(&[f32], _); 9] = [
        (&[0.0, 0.0, 0.0], Some(0)),
        (&[1.0, 3.0, 3.0], Some(1)),
        (&[-0.0, 0.0], Some(0)),
        (&[1.0, infinity], Some(1)),
        (&[-infinity, -infinity], Some(0)),
        (&[nan, 1.0], None),
        (&[1.0, nan], None),
        (&[nan, nan], None),
        (&[], None),
    ];
    for (logits, expected) in cases {
        assert_eq!(argmax(logits), expected, "{logits:?}");
    }
}

#[test]
fn nan_is_never_correct() {
    let logits = [0.0, 1.0, 5.0, 5.0, f32::NAN, f32::NAN];
    assert_eq!(count_correct(2, &logits, &[1, 0, 0]), 2);
    assert_eq!(count_correct(2, &logits, &[0, 1, 1]), 0);
}

fn batches() -> impl Strategy<Value = (usize, Vec<u32>)> {
    (1_usize..=12)
        .prop_flat_map(|classes| (Just(classes), prop::collection::vec(0..classes as u32, 0..6)))
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        (classes, labels) in batches(),
        s in prop_oneof![Just(0.0), Just(0.1), Just(1.0)],
        seed in 0_u64..1000,
    ) {
        let mut logits = random(classes * labels.len(), seed);
        logits.iter_mut().for_each(|x| *x *= 10.0);
        let (loss, grad) = run(classes, s, &logits, &labels);
        let truth = reference::forward(classes, s, &widen(&logits), &labels);
        // Both in f64; losses of up to 20.
        prop_assert!((loss - truth).abs() < 1e-11);
        let truth = reference::backward(classes, s, &widen(&logits), &labels);
        // Rounded once to f32.
        prop_assert!(max_error(&grad, &truth) < 1e-7);
    }
}

#[test]
fn reference_gradient_agrees_with_finite_differences() {
    let labels = [0, 3, 2];
    let logits = widen(&random(3 * 4, 1));
    for s in [0.0, 0.2] {
        let mean = |x: &[f64]| reference::forward(4, s, x, &labels) / 3.0;
        let gradient = reference::backward(4, s, &logits, &labels);
        // The differences are exact to the square of their step, 1e-10.
        assert!(max_difference(&gradient, &finite_differences(&logits, mean)) < 1e-9);
    }
}
