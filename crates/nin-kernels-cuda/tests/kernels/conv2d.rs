use nin_kernels::conv2d::{Conv2dShape, ConvMethod, reference};
use nin_kernels::{Activation, Precision, Window};
use nin_kernels_cuda::conv2d::{Conv2d, Gradients, Saved};
use nin_kernels_cuda::{Buffer, Device};

use crate::support::{assert_near, on, poisoned, random, read, scratch, widen};

/// 1×1, padded, strided, with a kernel as large as the picture, and with pixels
/// that no window covers.
fn shapes() -> impl Iterator<Item = Conv2dShape> {
    let window = |kernel_size, stride, padding| Window { kernel_size, stride, padding };
    [
        ([1, 1, 1, 1], 1, window(1, 1, 0)),
        ([3, 5, 4, 6], 7, window(1, 1, 0)),
        ([2, 6, 7, 3], 5, window(3, 1, 1)),
        ([2, 6, 7, 3], 4, window(1, 2, 0)),
        ([1, 23, 24, 1], 3, window(11, 4, 0)),
        ([2, 9, 8, 2], 3, window(5, 1, 2)),
        ([2, 4, 4, 3], 2, window(4, 1, 0)),
        ([1, 7, 9, 2], 3, window(2, 3, 1)),
    ]
    .into_iter()
    .map(|(input, out_channels, window)| Conv2dShape::new(input, out_channels, window).unwrap())
}

/// Output and gradients by input, weight and bias.
fn computed<D: Device>(device: &D, conv: &Conv2d, numbers: &Numbers) -> [Vec<f32>; 4] {
    let shape = &conv.shape;
    let Numbers { input, weight, bias, grad_output } = numbers;
    let lengths = [shape.output_len(), input.len(), weight.len(), bias.len()];
    let [mut output, mut by_input, mut by_weight, mut by_bias] =
        lengths.map(|len| poisoned(device, len));
    let [input, weight, bias] = [input, weight, bias].map(|numbers| on(device, numbers));
    let scratch = &mut scratch(device);
    let learnt = [weight.view(lengths[2]), bias.view(lengths[3])];
    let (all, values) = (input.view(lengths[1]), output.view_mut(lengths[0]));
    conv.forward(device, all, learnt, values, scratch).unwrap();

    let mut grad = on(device, grad_output);
    let saved = Saved { input: all, output: output.view(lengths[0]), weight: learnt[0] };
    let gradients = Gradients {
        input: Some(by_input.view_mut(lengths[1])),
        weight: by_weight.view_mut(lengths[2]),
        bias: by_bias.view_mut(lengths[3]),
    };
    conv.backward(device, &saved, grad.view_mut(lengths[0]), gradients, scratch).unwrap();
    let buffers: [&Buffer<f32, D>; 4] = [&output, &by_input, &by_weight, &by_bias];
    let mut lengths = lengths.into_iter();
    buffers.map(|buffer| read(device, buffer, lengths.next().unwrap()))
}

struct Numbers {
    input: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    grad_output: Vec<f32>,
}

impl Numbers {
    fn new(shape: &Conv2dShape) -> Self {
        Self {
            input: random(shape.input_len(), 30),
            weight: random(shape.weight_len(), 31),
            bias: random(shape.out_channels, 32),
            grad_output: random(shape.output_len(), 33),
        }
    }

    /// What [`computed`] should find.
    fn truth(&self, shape: &Conv2dShape, activation: Activation) -> [Vec<f64>; 4] {
        let [input, weight, bias] = [&self.input, &self.weight, &self.bias].map(|x| widen(x));
        let mut output = reference::forward(shape, &input, &weight, &bias);
        let mut grad = widen(&self.grad_output);
        if activation == Activation::Relu {
            for (value, grad) in output.iter_mut().zip(&mut grad) {
                if *value <= 0.0 {
                    (*value, *grad) = (0.0, 0.0);
                }
            }
        }
        let (by_input, by_weight, by_bias) = reference::backward(shape, &input, &weight, &grad);
        [output, by_input, by_weight, by_bias]
    }
}

fn values_and_gradients_are_the_reference<D: Device>(device: &D) {
    let (method, precision) = (ConvMethod::Exact, Precision::F32);
    for shape in shapes() {
        for activation in [Activation::None, Activation::Relu] {
            let numbers = Numbers::new(&shape);
            let conv = Conv2d { shape, method, precision, activation };
            let found = computed(device, &conv, &numbers);
            for (found, truth) in found.iter().zip(numbers.truth(&shape, activation)) {
                // Sums of at most a few hundred products in f32.
                assert_near(found, &truth, 5e-6);
            }
        }
    }
}

fn shorter_numbers_are_nearly_the_reference<D: Device>(device: &D) {
    let activation = Activation::None;
    // Factors rounded to 11 and to 8 bits; the library may choose the algorithm.
    for (method, precision, limit) in [
        (ConvMethod::Fast, Precision::F32, 5e-6),
        (ConvMethod::Exact, Precision::Tf32, 2e-3),
        (ConvMethod::Fast, Precision::Tf32, 2e-3),
        (ConvMethod::Exact, Precision::Bf16, 1e-2),
        (ConvMethod::Fast, Precision::Bf16, 1e-2),
    ] {
        for shape in shapes() {
            let numbers = Numbers::new(&shape);
            let conv = Conv2d { shape, method, precision, activation };
            let found = computed(device, &conv, &numbers);
            for (found, truth) in found.iter().zip(numbers.truth(&shape, activation)) {
                assert_near(found, &truth, limit);
            }
        }
    }
}

fn pictures_are_gathered_in_parts<D: Device>(device: &D) {
    // 2²⁴ numbers of patches hold three of these pictures: 3 + 3 + 1 of them.
    let window = Window { kernel_size: 40, stride: 1, padding: 20 };
    let shape = Conv2dShape::new([7, 56, 56, 1], 1, window).unwrap();
    assert!(shape.pixels() * shape.patch_len() > 5_000_000);
    let numbers = Numbers::new(&shape);
    let (method, precision) = (ConvMethod::Exact, Precision::F32);
    let conv = Conv2d { shape, method, precision, activation: Activation::None };
    let found = computed(device, &conv, &numbers);
    for (found, truth) in found.iter().zip(numbers.truth(&shape, Activation::None)) {
        // Sums of up to 22,000 products.
        assert_near(found, &truth, 2e-5);
    }
}

on_each_device!(
    values_and_gradients_are_the_reference,
    shorter_numbers_are_nearly_the_reference,
    pictures_are_gathered_in_parts,
);
