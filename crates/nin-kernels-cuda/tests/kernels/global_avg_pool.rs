use nin_kernels::global_avg_pool::reference;
use nin_kernels_cuda::{Device, global_avg_pool};

use crate::support::{assert_near, on, poisoned, random, read, widen};

/// N, pixels, C.
const SHAPES: [[usize; 3]; 5] = [[1, 1, 1], [2, 49, 10], [5, 25, 51], [3, 1, 257], [100, 9, 10]];

fn forward_is_the_reference<D: Device>(device: &D) {
    for shape @ [batch, pixels, channels] in SHAPES {
        let (input, len) = (random(batch * pixels * channels, 9), batch * channels);
        let (buffer, mut output) = (on(device, &input), poisoned(device, len));
        let all = buffer.view(input.len());
        global_avg_pool::forward(device, shape, all, output.view_mut(len)).unwrap();
        let truth = reference::forward(batch, pixels, channels, &widen(&input));
        assert_near(&read(device, &output, len), &truth, 1e-6);
    }
}

fn backward_is_the_reference<D: Device>(device: &D) {
    for shape @ [batch, pixels, channels] in SHAPES {
        let (grad_output, len) = (random(batch * channels, 10), batch * pixels * channels);
        let (buffer, mut grad_input) = (on(device, &grad_output), poisoned(device, len));
        let all = buffer.view(grad_output.len());
        global_avg_pool::backward(device, shape, all, grad_input.view_mut(len)).unwrap();
        let truth = reference::backward(batch, pixels, channels, &widen(&grad_output));
        assert_near(&read(device, &grad_input, len), &truth, 1e-7);
    }
}

on_each_device!(forward_is_the_reference, backward_is_the_reference);
