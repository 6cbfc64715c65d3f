use nin_kernels::avg_pool::{Divisor, reference};
use nin_kernels_cuda::{Device, avg_pool};

use crate::max_pool::shapes;
use crate::support::{assert_near, on, poisoned, random, read, widen};

const DIVISORS: [Divisor; 2] = [Divisor::WindowArea, Divisor::CoveredPixels];

fn forward_is_the_reference<D: Device>(device: &D) {
    for (shape, divisor) in shapes().flat_map(|shape| DIVISORS.map(|divisor| (shape, divisor))) {
        let input = random(shape.input_len(), 7);
        let (buffer, len) = (on(device, &input), shape.output_len());
        let mut output = poisoned(device, len);
        let all = buffer.view(input.len());
        avg_pool::forward(device, &shape, divisor, all, output.view_mut(len)).unwrap();
        let truth = reference::forward(&shape, divisor, &widen(&input));
        assert_near(&read(device, &output, len), &truth, 1e-6);
    }
}

fn backward_is_the_reference<D: Device>(device: &D) {
    for (shape, divisor) in shapes().flat_map(|shape| DIVISORS.map(|divisor| (shape, divisor))) {
        let grad_output = random(shape.output_len(), 8);
        let (buffer, len) = (on(device, &grad_output), shape.input_len());
        let mut grad_input = poisoned(device, len);
        let all = buffer.view(grad_output.len());
        avg_pool::backward(device, &shape, divisor, all, grad_input.view_mut(len)).unwrap();
        let truth = reference::backward(&shape, divisor, &widen(&grad_output));
        assert_near(&read(device, &grad_input, len), &truth, 1e-6);
    }
}

on_each_device!(forward_is_the_reference, backward_is_the_reference);
