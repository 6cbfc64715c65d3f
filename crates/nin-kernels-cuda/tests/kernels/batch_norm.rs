use nin_kernels::Activation;
use nin_kernels::batch_norm::reference::{self, Layer};
use nin_kernels_cuda::batch_norm::{self, BatchNorm, Gradients, StatisticsMut, update_running};
use nin_kernels_cuda::update::Verdict;
use nin_kernels_cuda::{Buffer, Device};

use crate::support::{assert_near, on, poisoned, random, read, scratch, widen};

/// Rows and channels at the edges of blocks and parts.
const SIZES: [[usize; 2]; 6] = [[2, 1], [7, 31], [8, 32], [257, 33], [1030, 5], [64, 70]];

const EPS: f64 = 1e-5;

struct Case<D: Device> {
    channels: usize,
    input: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    on_device: [Buffer<f32, D>; 3],
    /// Mean, variance and reciprocal deviation.
    statistics: [Buffer<f32, D>; 3],
}

impl<D: Device> Case<D> {
    /// A batch with its statistics, of numbers around `origin`.
    fn new(device: &D, [rows, channels]: [usize; 2], origin: f32) -> Self {
        let input: Vec<f32> = random(rows * channels, 22).into_iter().map(|x| x + origin).collect();
        let (weight, bias) = (random(channels, 23), random(channels, 24));
        let on_device = [&input, &weight, &bias].map(|numbers| on(device, numbers));
        let mut statistics = [(); 3].map(|()| poisoned(device, channels));
        let [mean, variance, inv_std] = statistics.each_mut().map(|room| room.view_mut(channels));
        let room = StatisticsMut { mean, variance, inv_std };
        let all = on_device[0].view(input.len());
        batch_norm::of_batch(device, EPS, all, room, &mut scratch(device)).unwrap();
        Self { channels, input, weight, bias, on_device, statistics }
    }

    fn norm(&self, activation: Activation) -> BatchNorm<'_, D> {
        let [_, weight, bias] = &self.on_device;
        let [mean, _, inv_std] = &self.statistics;
        let [mean, inv_std, weight, bias] =
            [mean, inv_std, weight, bias].map(|buffer| buffer.view(self.channels));
        BatchNorm { activation, mean, inv_std, weight, bias }
    }

    fn output(&self, device: &D, activation: Activation) -> Buffer<f32, D> {
        let len = self.input.len();
        let mut output = poisoned(device, len);
        let (norm, all) = (self.norm(activation), self.on_device[0].view(len));
        batch_norm::forward(device, &norm, all, output.view_mut(len)).unwrap();
        output
    }
}

fn statistics_are_the_reference<D: Device>(device: &D) {
    // Far from 0, sums of squares would have no digit left.
    for (size, origin) in SIZES.into_iter().flat_map(|size| [0.0, 1000.0].map(|x| (size, x))) {
        let case = Case::new(device, size, origin);
        let found = case.statistics.each_ref().map(|room| read(device, room, case.channels));
        let (mean, variance) = reference::statistics(case.channels, &widen(&case.input));
        assert_near(&found[0], &mean, 1e-6);
        assert_near(&found[1], &variance, 2e-6);
        for (inv_std, variance) in found[2].iter().zip(&found[1]) {
            assert_eq!(*inv_std, (1.0 / (f64::from(*variance) + EPS).sqrt()) as f32);
        }
        let mut again = poisoned(device, case.channels);
        let (variances, room) =
            (case.statistics[1].view(case.channels), again.view_mut(case.channels));
        batch_norm::inverse_deviation(device, EPS, variances, room).unwrap();
        assert_eq!(read(device, &again, case.channels), found[2]);
    }
}

fn constant_channels_have_no_variance<D: Device>(device: &D) {
    let input = on(device, &[0.1_f32; 600]);
    let mut statistics = [(); 3].map(|()| poisoned(device, 2));
    let [mean, variance, inv_std] = statistics.each_mut().map(|room| room.view_mut(2));
    let room = StatisticsMut { mean, variance, inv_std };
    batch_norm::of_batch(device, 0.25, input.view(600), room, &mut scratch(device)).unwrap();
    let found = statistics.each_ref().map(|room| read(device, room, 2));
    assert_eq!(found, [[0.1; 2], [0.0; 2], [2.0; 2]]);
}

fn forward_is_the_reference<D: Device>(device: &D) {
    for size in SIZES {
        let case = Case::new(device, size, 0.0);
        let (weight, bias) = (widen(&case.weight), widen(&case.bias));
        let layer = Layer { eps: EPS, weight: &weight, bias: &bias };
        let input = widen(&case.input);
        let (mean, variance) = reference::statistics(case.channels, &input);
        let mut truth = reference::forward(layer, &mean, &variance, &input);
        let plain = case.output(device, Activation::None);
        assert_near(&read(device, &plain, input.len()), &truth, 2e-6);
        let relu = case.output(device, Activation::Relu);
        truth.iter_mut().for_each(|value| *value = value.max(0.0));
        assert_near(&read(device, &relu, input.len()), &truth, 2e-6);
    }
}

fn backward_is_the_reference<D: Device>(device: &D) {
    for (size, activation) in
        SIZES.into_iter().flat_map(|size| [Activation::None, Activation::Relu].map(|a| (size, a)))
    {
        let case = Case::new(device, size, 0.0);
        let (len, channels) = (case.input.len(), case.channels);
        let output = case.output(device, activation);
        let mut before = random(len, 25);
        let mut grad = on(device, &before);
        let [mut by_weight, mut by_bias] = [(); 2].map(|()| poisoned(device, channels));
        let mut by_input = poisoned(device, len);
        let gradients = Gradients {
            weight: by_weight.view_mut(channels),
            bias: by_bias.view_mut(channels),
            input: Some(by_input.view_mut(len)),
        };
        let (norm, saved) =
            (case.norm(activation), [case.on_device[0].view(len), output.view(len)]);
        let scratch = &mut scratch(device);
        batch_norm::backward(device, &norm, saved, grad.view_mut(len), gradients, scratch).unwrap();

        activation.backward_in_place(&read(device, &output, len), &mut before);
        assert_eq!(read(device, &grad, len), before);
        let (weight, bias) = (widen(&case.weight), widen(&case.bias));
        let layer = Layer { eps: EPS, weight: &weight, bias: &bias };
        let [truth, truth_weight, truth_bias] =
            reference::backward(layer, &widen(&case.input), &widen(&before));
        // Normalised with deviations of f32; two rows may lie close together.
        assert_near(&read(device, &by_weight, channels), &truth_weight, 5e-6);
        assert_near(&read(device, &by_bias, channels), &truth_bias, 1e-6);
        assert_near(&read(device, &by_input, len), &truth, 5e-6);
    }
}

fn running_statistics_move_unless_the_step_has_failed<D: Device>(device: &D) {
    for channels in [1, 255, 257, 1000] {
        let (batch, initial) = (random(channels, 26), random(channels, 27));
        let (batch_buffer, mut running) = (on(device, &batch), on(device, &initial));
        let mut verdict = Verdict::new(device).unwrap();
        let mut update = |verdict: &Verdict<D>| {
            let (batch, running_view) = (batch_buffer.view(channels), running.view_mut(channels));
            update_running(device, 0.1, 1.25, batch, running_view, verdict).unwrap();
            read(device, &running, channels)
        };
        let truth: Vec<f64> = widen(&initial)
            .iter()
            .zip(widen(&batch))
            .map(|(running, batch)| 0.9 * running + 0.1 * 1.25 * batch)
            .collect();
        let moved = update(&verdict);
        assert_near(&moved, &truth, 1e-7);
        verdict.check(device, 0, on(device, &[f32::NAN]).view(1)).unwrap();
        assert_eq!(update(&verdict), moved);
    }
}

on_each_device!(
    statistics_are_the_reference,
    constant_channels_have_no_variance,
    forward_is_the_reference,
    backward_is_the_reference,
    running_statistics_move_unless_the_step_has_failed,
);
