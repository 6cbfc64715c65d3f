//! Local response normalisation with AlexNet's constants. candle has none.
#![forbid(unsafe_code)]

use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, POOLS};
use nin_benches::numbers::{random, widen};
use nin_kernels::lrn::{self, LrnParams};

struct Case {
    params: LrnParams,
    channels: usize,
    input: Vec<f32>,
    output: Vec<f32>,
    grad_output: Vec<f32>,
    grad_input: Vec<f32>,
}

impl Case {
    fn new([height, width, channels]: [usize; 3]) -> Self {
        let len = layers::batch() * height * width * channels;
        Self {
            params: LrnParams::default(),
            channels,
            input: random(len, 1),
            output: vec![f32::NAN; len],
            grad_output: random(len, 2),
            grad_input: vec![f32::NAN; len],
        }
    }

    /// Has run forward and backward once, and the first row of pixels is right.
    fn checked(size: [usize; 3]) -> Self {
        let mut case = Self::new(size);
        case.forward();
        case.backward();
        let Self { params, channels, .. } = case;
        let row = size[1] * channels;
        let input = widen(&case.input[..row]);
        let grad_output = widen(&case.grad_output[..row]);
        let output = lrn::reference::forward(&params, channels, &input);
        assert_close("ours, output", &case.output[..row], &output);
        let grad_input = lrn::reference::backward(&params, channels, &input, &grad_output);
        assert_close("ours, grad_input", &case.grad_input[..row], &grad_input);
        case
    }

    fn forward(&mut self) {
        lrn::forward(&self.params, self.channels, &self.input, &mut self.output);
    }

    fn backward(&mut self) {
        let Self { params, channels, input, grad_output, grad_input, .. } = self;
        lrn::backward(params, *channels, input, grad_output, grad_input);
    }
}

/// `maps` maps of the input's size, read or written.
fn maps(maps: usize, size: [usize; 3]) -> Work {
    Work::Bytes(maps * layers::batch() * size.iter().product::<usize>() * size_of::<f32>())
}

/// LRN stands before a pooling, so it has the pooling's input.
fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "lrn_forward");
    for layer in POOLS {
        let mut row = operation.layer(layer.name, maps(2, layer.input));
        row.column("ours", || Case::checked(layer.input), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "lrn_backward");
    for layer in POOLS {
        // The gradient by the input comes from the input and the one by the output.
        let mut row = operation.layer(layer.name, maps(3, layer.input));
        row.column("ours", || Case::checked(layer.input), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
