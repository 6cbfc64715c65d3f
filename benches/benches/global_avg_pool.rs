//! Global average pooling, forward and backward.
#![forbid(unsafe_code)]

use candle_core::{D, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, GLOBAL_AVG_POOLS};
use nin_benches::numbers::{random, widen};
use nin_benches::peer::from_channels_last;
use nin_kernels::global_avg_pool::{self, reference};

struct Case {
    /// Images, pixels and channels.
    sizes: [usize; 3],
    input: Vec<f32>,
    output: Vec<f32>,
    grad_output: Vec<f32>,
    grad_input: Vec<f32>,
}

impl Case {
    fn new(pixels: usize, channels: usize) -> Self {
        let batch = layers::batch();
        let (input_len, output_len) = (batch * pixels * channels, batch * channels);
        Self {
            sizes: [batch, pixels, channels],
            input: random(input_len, 1),
            output: vec![f32::NAN; output_len],
            grad_output: random(output_len, 2),
            grad_input: vec![f32::NAN; input_len],
        }
    }

    fn true_output(&self) -> Vec<f64> {
        let [batch, pixels, channels] = self.sizes;
        reference::forward(batch, pixels, channels, &widen(&self.input))
    }

    fn true_gradient(&self) -> Vec<f64> {
        let [batch, pixels, channels] = self.sizes;
        reference::backward(batch, pixels, channels, &widen(&self.grad_output))
    }

    /// Has run forward and backward once.
    fn checked(pixels: usize, channels: usize) -> Self {
        let mut case = Self::new(pixels, channels);
        case.forward();
        case.backward();
        assert_close("ours, output", &case.output, &case.true_output());
        assert_close("ours, grad_input", &case.grad_input, &case.true_gradient());
        case
    }

    fn forward(&mut self) {
        let [batch, pixels, channels] = self.sizes;
        global_avg_pool::forward(batch, pixels, channels, &self.input, &mut self.output);
    }

    fn backward(&mut self) {
        let [batch, pixels, channels] = self.sizes;
        let (grad_output, grad_input) = (&self.grad_output, &mut self.grad_input);
        global_avg_pool::backward(batch, pixels, channels, grad_output, grad_input);
    }

    /// Input and output; backward the gradients in their place.
    fn bytes(&self) -> Work {
        Work::Bytes((self.input.len() + self.output.len()) * size_of::<f32>())
    }
}

fn candle_forward(input: &Tensor) -> candle_core::Result<Tensor> {
    input.mean((D::Minus2, D::Minus1))
}

fn candle_input(pixels: usize, channels: usize) -> Tensor {
    let case = Case::new(pixels, channels);
    let sizes = [layers::batch(), pixels, 1, channels];
    let input = from_channels_last(&case.input, sizes).expect("the sizes of the case");
    let output = candle_forward(&input).and_then(|output| output.flatten_all()?.to_vec1());
    assert_close("candle, output", &output.expect("maps of the table"), &case.true_output());
    input
}

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "global_avg_pool_forward");
    for (name, pixels, channels) in GLOBAL_AVG_POOLS {
        let mut row = operation.layer(name, Case::new(pixels, channels).bytes());
        row.column("reference", || Case::new(pixels, channels), |case| case.true_output());
        row.column(
            "candle",
            || candle_input(pixels, channels),
            |input| candle_forward(input).expect("it has run before"),
        );
        row.column("ours", || Case::checked(pixels, channels), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "global_avg_pool_backward");
    for (name, pixels, channels) in GLOBAL_AVG_POOLS {
        let mut row = operation.layer(name, Case::new(pixels, channels).bytes());
        row.column("reference", || Case::new(pixels, channels), |case| case.true_gradient());
        row.column("ours", || Case::checked(pixels, channels), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
