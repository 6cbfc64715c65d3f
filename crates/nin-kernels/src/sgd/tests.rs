use proptest::prelude::*;

use super::{MomentumBuffer, SgdParams, TASK_LEN, reference, step};
use crate::ParamError;
use crate::testing::{max_error, random, same_at_every_level, widen};

fn params(lr: f64, momentum: f64, dampening: f64, weight_decay: f64, nesterov: bool) -> SgdParams {
    SgdParams { lr, momentum, dampening, weight_decay, nesterov }
}

/// Three steps of one weight that starts at 1, with gradients 1, −0.5 and 0.25,
/// from PyTorch's rule.
const TRACES: [(SgdParams, [f64; 3]); 5] = {
    let all =
        SgdParams { lr: 0.1, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false };
    [
        (all, [0.9, 0.95, 0.925]),
        (SgdParams { weight_decay: 0.01, ..all }, [0.899, 0.948101, 0.922152899]),
        (SgdParams { momentum: 0.9, ..all }, [0.9, 0.86, 0.799]),
        (SgdParams { momentum: 0.9, dampening: 0.1, ..all }, [0.9, 0.855, 0.792]),
        (
            SgdParams { momentum: 0.9, weight_decay: 0.01, nesterov: true, ..all },
            [0.8081, 0.81975461, 0.736913515],
        ),
    ]
};
const GRADIENTS: [f64; 3] = [1.0, -0.5, 0.25];

#[test]
fn reference_follows_the_traces() {
    for (params, trace) in TRACES {
        let (mut weight, mut buffer) = (1.0, None);
        for (grad, expected) in GRADIENTS.into_iter().zip(trace) {
            reference::step(&params, &mut weight, grad, &mut buffer);
            // All printed digits.
            assert!((weight - expected).abs() < 5e-10, "{params:?}: {weight}");
        }
    }
}

#[test]
fn kernel_follows_the_traces() {
    for (params, trace) in TRACES {
        let (mut weight, mut buffer) = ([1.0], [f32::NAN]);
        for (i, (grad, expected)) in GRADIENTS.into_iter().zip(trace).enumerate() {
            let buffer = match i {
                0 => MomentumBuffer::First(&mut buffer),
                _ => MomentumBuffer::Later(&mut buffer),
            };
            step(&params, &mut weight, &[grad as f32], buffer);
            // A few roundings of numbers near 1.
            assert!((f64::from(weight[0]) - expected).abs() < 3e-7, "{params:?}: {weight:?}");
        }
    }
}

#[test]
fn a_new_rate_acts_on_the_whole_buffer() {
    let with = |lr| params(lr, 0.5, 0.0, 0.0, false);
    let (mut weight, mut buffer) = ([0.0], [0.0]);
    step(&with(1.0), &mut weight, &[8.0], MomentumBuffer::First(&mut buffer));
    step(&with(0.25), &mut weight, &[0.0], MomentumBuffer::Later(&mut buffer));
    assert_eq!((weight, buffer), ([-9.0], [4.0]));
}

#[test]
fn without_momentum_a_buffer_is_left_alone() {
    let mut buffer = [5.0];
    step(&SgdParams::default(), &mut [1.0], &[1.0], MomentumBuffer::First(&mut buffer));
    assert_eq!(buffer, [5.0]);
}

#[test]
#[should_panic(expected = "needs a buffer")]
fn momentum_without_a_buffer_is_refused() {
    step(&params(0.1, 0.9, 0.0, 0.0, false), &mut [1.0], &[1.0], MomentumBuffer::Unused);
}

#[test]
fn values_out_of_range_are_refused() {
    assert_eq!(SgdParams::default().validate(), Ok(()));
    assert_eq!(params(0.0, 0.9, 0.0, 0.0, true).validate(), Ok(()));
    for wrong in [
        params(-0.1, 0.0, 0.0, 0.0, false),
        params(f64::NAN, 0.0, 0.0, 0.0, false),
        params(f64::INFINITY, 0.0, 0.0, 0.0, false),
        params(0.1, -0.9, 0.0, 0.0, false),
        params(0.1, 0.9, f64::NAN, 0.0, false),
        params(0.1, 0.9, 0.0, -1e-4, false),
    ] {
        assert!(matches!(wrong.validate(), Err(ParamError::OutOfRange { .. })), "{wrong:?}");
    }
    for (momentum, dampening) in [(0.0, 0.0), (0.9, 0.1)] {
        let wrong = params(0.1, momentum, dampening, 0.0, true);
        let wanted = ParamError::NesterovNeedsMomentum { momentum, dampening };
        assert_eq!(wrong.validate(), Err(wanted));
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let len = TASK_LEN + 37;
    let grad = random(len, 2);
    for params in [params(0.1, 0.0, 0.0, 0.01, false), params(0.1, 0.9, 0.0, 0.01, true)] {
        same_at_every_level(|| {
            let (mut weight, mut buffer) = (random(len, 1), random(len, 3));
            step(&params, &mut weight, &grad, MomentumBuffer::Later(&mut buffer));
            [weight, buffer]
        });
    }
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        len in prop_oneof![0_usize..20, TASK_LEN - 3..TASK_LEN + 4],
        momentum in prop_oneof![Just(0.0), Just(0.9)],
        dampening in prop_oneof![Just(0.0), Just(0.3)],
        weight_decay in prop_oneof![Just(0.0), Just(0.01)],
        nesterov in any::<bool>(),
        seed in 0_u64..1000,
    ) {
        let nesterov = nesterov && momentum > 0.0 && dampening == 0.0;
        let params = params(0.1, momentum, dampening, weight_decay, nesterov);
        let mut weight = random(len, seed);
        let mut buffer = vec![f32::NAN; len];
        let mut truth = widen(&weight);
        let mut buffers = vec![None; len];
        for i in 0..3 {
            let grad = random(len, seed + 1000 * (i + 1));
            let buffer = if i == 0 {
                MomentumBuffer::First(&mut buffer)
            } else {
                MomentumBuffer::Later(&mut buffer)
            };
            step(&params, &mut weight, &grad, buffer);
            for ((weight, &grad), buffer) in truth.iter_mut().zip(&grad).zip(&mut buffers) {
                reference::step(&params, weight, f64::from(grad), buffer);
            }
        }
        // Three steps of a few roundings of numbers of order 1.
        prop_assert!(max_error(&weight, &truth) < 1e-6);
    }
}
