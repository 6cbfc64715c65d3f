use nin_kernels::Activation;
use nin_kernels_cuda::{Device, bias_backward, bias_forward};

use crate::support::{assert_near, on, poisoned, random, read, scratch, widen};

/// Rows and channels at the edges of blocks of 256 and of 8 × 32 threads, and of
/// parts of 256 rows.
const SIZES: [[usize; 2]; 9] =
    [[1, 1], [7, 31], [8, 32], [9, 33], [255, 1], [256, 3], [257, 64], [1025, 5], [3, 256]];

fn bias_forward_is_the_reference<D: Device>(device: &D) {
    for [rows, channels] in SIZES {
        for activation in [Activation::None, Activation::Relu] {
            let (input, bias) = (random(rows * channels, 1), random(channels, 2));
            let mut values = on(device, &input);
            let bias_buffer = on(device, &bias);
            let view = values.view_mut(input.len());
            bias_forward(device, activation, bias_buffer.view(channels), view).unwrap();
            let truth: Vec<f32> = input
                .iter()
                .enumerate()
                .map(|(i, x)| activation.apply(x + bias[i % channels]))
                .collect();
            assert_eq!(read(device, &values, input.len()), truth, "{rows} × {channels}");
        }
    }
}

fn bias_backward_is_the_reference<D: Device>(device: &D) {
    for [rows, channels] in SIZES {
        for activation in [Activation::None, Activation::Relu] {
            let len = rows * channels;
            let mut values = random(len, 3);
            values[0] = 0.0;
            let gradient = random(len, 4);
            let (values_buffer, mut grad) = (on(device, &values), on(device, &gradient));
            let mut grad_bias = poisoned(device, channels);
            let (scratch, sums) = (&mut scratch(device), grad_bias.view_mut(channels));
            let (all, grads) = (values_buffer.view(len), grad.view_mut(len));
            bias_backward(device, activation, all, grads, sums, scratch).unwrap();

            let mut truth = gradient;
            activation.backward_in_place(&values, &mut truth);
            assert_eq!(read(device, &grad, len), truth, "{rows} × {channels}");
            let mut sums = vec![0.0; channels];
            for (i, grad) in widen(&truth).iter().enumerate() {
                sums[i % channels] += grad;
            }
            // Sums of a thousand numbers in f32, by parts.
            assert_near(&read(device, &grad_bias, channels), &sums, 1e-6);
        }
    }
}

fn not_a_number_stays_one<D: Device>(device: &D) {
    let mut values = on(device, &[f32::NAN, -1.0]);
    let bias = on(device, &[1.0, 0.5]);
    bias_forward(device, Activation::Relu, bias.view(2), values.view_mut(2)).unwrap();
    let values = read(device, &values, 2);
    assert!(values[0].is_nan() && values[1] == 0.0, "{values:?}");
}

on_each_device!(
    bias_forward_is_the_reference,
    bias_backward_is_the_reference,
    not_a_number_stays_one,
);
