use nin_kernels::lrn::{AlphaScaling, LrnParams, reference};
use nin_kernels_cuda::{Device, lrn};

use crate::support::{assert_near, on, poisoned, random, read, widen};

/// Odd and even windows, smaller and larger than the channels, powers of all kinds.
fn cases() -> impl Iterator<Item = (LrnParams, usize, usize)> {
    let params = |size, beta, scaling| LrnParams { size, alpha: 0.7, beta, k: 1.5, scaling };
    [
        (LrnParams::default(), 11, 96),
        (params(5, 0.75, AlphaScaling::DividedBySize), 257, 7),
        (params(4, 0.5, AlphaScaling::Undivided), 64, 5),
        (params(1, 1.3, AlphaScaling::DividedBySize), 3, 1),
        (params(9, 0.75, AlphaScaling::Undivided), 5, 4),
        (params(8, 0.75, AlphaScaling::Undivided), 5, 4),
        (params(usize::MAX, 0.6, AlphaScaling::Undivided), 5, 4),
    ]
    .into_iter()
}

/// The output, the denominators and the gradient of input.
fn computed<D: Device>(
    device: &D,
    params: &LrnParams,
    channels: usize,
    input: &[f32],
    grad_output: &[f32],
) -> [Vec<f32>; 2] {
    let len = input.len();
    let (input, grads) = (on(device, input), on(device, grad_output));
    let [mut output, mut denominators, mut grad_input] = [(); 3].map(|()| poisoned(device, len));
    let all = input.view(len);
    let (values, kept) = (output.view_mut(len), denominators.view_mut(len));
    lrn::forward(device, params, channels, all, values, kept).unwrap();
    let saved = [all, denominators.view(len)];
    let by_input = grad_input.view_mut(len);
    lrn::backward(device, params, channels, saved, grads.view(len), by_input).unwrap();
    [&output, &grad_input].map(|buffer| read(device, buffer, len))
}

fn both_passes_are_the_reference<D: Device>(device: &D) {
    for (params, pixels, channels) in cases() {
        let len = pixels * channels;
        let (input, grad_output) = (random(len, 11), random(len, 12));
        let [output, grad_input] = computed(device, &params, channels, &input, &grad_output);
        let (input, grad_output) = (widen(&input), widen(&grad_output));
        // The reference adds the size to indices.
        let size = params.size.min(2 * channels + params.size % 2);
        let params = LrnParams { size, ..params };
        let truth = reference::forward(&params, channels, &input);
        // A power of f32 and sums over a few channels.
        assert_near(&output, &truth, 2e-6);
        let truth = reference::backward(&params, channels, &input, &grad_output);
        assert_near(&grad_input, &truth, 2e-6);
    }
}

on_each_device!(both_passes_are_the_reference);
