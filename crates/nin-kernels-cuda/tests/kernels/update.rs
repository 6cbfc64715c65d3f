use nin_kernels::ema;
use nin_kernels::sgd::{SgdParams, reference};
use nin_kernels_cuda::update::{MomentumBuffer, Verdict, average, sgd};
use nin_kernels_cuda::{Buffer, Device};

use crate::support::{assert_near, on, poisoned, random, read, widen};

const LENGTHS: [usize; 4] = [1, 255, 257, 2000];

fn rules() -> [SgdParams; 5] {
    let plain = SgdParams { lr: 0.3, ..SgdParams::default() };
    let momentum = SgdParams { momentum: 0.9, weight_decay: 0.01, ..plain };
    [
        plain,
        SgdParams { weight_decay: 0.1, ..plain },
        momentum,
        SgdParams { dampening: 0.25, ..momentum },
        SgdParams { nesterov: true, ..momentum },
    ]
}

fn three_steps_are_the_reference<D: Device>(device: &D) {
    let verdict = Verdict::new(device).unwrap();
    for (params, len) in rules().into_iter().flat_map(|params| LENGTHS.map(|len| (params, len))) {
        let initial = random(len, 16);
        let (mut weight, mut momentum) = (on(device, &initial), poisoned(device, len));
        let (mut truth, mut buffers) = (widen(&initial), vec![None; len]);
        for step in 0..3 {
            let grad = random(len, 17 + step);
            let buffer = momentum.view_mut(len);
            let buffer = match step {
                _ if params.momentum == 0.0 => MomentumBuffer::Unused,
                0 => MomentumBuffer::First(buffer),
                _ => MomentumBuffer::Later(buffer),
            };
            let grads = on(device, &grad);
            let (view, grads) = (weight.view_mut(len), grads.view(len));
            sgd(device, &params, view, grads, buffer, &verdict).unwrap();
            for (i, grad) in widen(&grad).into_iter().enumerate() {
                reference::step(&params, &mut truth[i], grad, &mut buffers[i]);
            }
        }
        // A few roundings of numbers of order 1.
        assert_near(&read(device, &weight, len), &truth, 1e-6);
        if params.momentum > 0.0 {
            let truth: Vec<f64> = buffers.into_iter().flatten().collect();
            assert_near(&read(device, &momentum, len), &truth, 1e-6);
        }
    }
}

fn averages_follow<D: Device>(device: &D) {
    let verdict = Verdict::new(device).unwrap();
    for len in LENGTHS {
        let (first, second) = (random(len, 20), random(len, 21));
        let mut averages = poisoned(device, len);
        for (decay, weights) in [(0.0, &first), (0.75, &second)] {
            let weights = on(device, weights);
            average(device, decay, averages.view_mut(len), weights.view(len), &verdict).unwrap();
        }
        let truth: Vec<f64> = widen(&first)
            .into_iter()
            .zip(widen(&second))
            .map(|(mut average, weight)| {
                ema::reference::update(0.75, &mut average, weight);
                average
            })
            .collect();
        assert_near(&read(device, &averages, len), &truth, 1e-6);
    }
}

fn what_is_not_finite_is_found_by_its_place<D: Device>(device: &D) {
    for len in LENGTHS {
        let numbers = vec![f32::MAX; len];
        assert_eq!(verdict_of(device, &numbers).read(device).unwrap(), None);
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, len / 2, len - 1] {
                let mut numbers = numbers.clone();
                numbers[place] = wrong;
                numbers[len - 1] = f32::NAN;
                let found = verdict_of(device, &numbers).read(device).unwrap();
                assert_eq!(found, Some(1000 + place));
            }
        }
    }
}

/// Whether `numbers`, the first one known as 1000, are finite.
fn verdict_of<D: Device>(device: &D, numbers: &[f32]) -> Verdict<D> {
    let mut verdict = Verdict::new(device).unwrap();
    verdict.check(device, 1000, on(device, numbers).view(numbers.len())).unwrap();
    verdict
}

fn a_failed_step_changes_nothing_until_it_is_reset<D: Device>(device: &D) {
    let mut verdict = verdict_of(device, &[f32::NAN]);
    let params = SgdParams { lr: 1.0, momentum: 0.5, ..SgdParams::default() };
    let [mut weight, mut momentum, mut averages] = [1.0, 2.0, 3.0].map(|x: f32| on(device, &[x]));
    let grad = on(device, &[4.0_f32]);
    let mut step = |verdict: &Verdict<D>| {
        let buffer = MomentumBuffer::Later(momentum.view_mut(1));
        sgd(device, &params, weight.view_mut(1), grad.view(1), buffer, verdict).unwrap();
        average(device, 0.5, averages.view_mut(1), weight.view(1), verdict).unwrap();
        [&weight, &momentum, &averages].map(|buffer: &Buffer<f32, D>| read(device, buffer, 1)[0])
    };
    assert_eq!(step(&verdict), [1.0, 2.0, 3.0]);
    verdict.reset(device).unwrap();
    assert_eq!(step(&verdict), [-4.0, 5.0, -0.5]);
}

on_each_device!(
    three_steps_are_the_reference,
    averages_follow,
    what_is_not_finite_is_found_by_its_place,
    a_failed_step_changes_nothing_until_it_is_reset,
);
