//! Overlapping max pooling, forward and backward. candle's own has no ceil mode,
//! and no gradient for windows that overlap.
#![forbid(unsafe_code)]

use candle_core::Tensor;
use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, POOLS};
use nin_benches::numbers::{random, widen};
use nin_benches::peer::{from_channels_last, to_channels_last};
use nin_kernels::{PoolShape, Rounding, max_pool};

struct Case {
    shape: PoolShape,
    input: Vec<f32>,
    output: Vec<f32>,
    indices: Vec<u8>,
    grad_output: Vec<f32>,
    grad_input: Vec<f32>,
}

impl Case {
    fn new(shape: PoolShape) -> Self {
        Self {
            shape,
            input: random(shape.input_len(), 1),
            output: vec![f32::NAN; shape.output_len()],
            indices: vec![u8::MAX; shape.output_len()],
            grad_output: random(shape.output_len(), 2),
            grad_input: vec![f32::NAN; shape.input_len()],
        }
    }

    /// Has run forward and backward once.
    fn checked(shape: PoolShape) -> Self {
        let mut case = Self::new(shape);
        case.forward();
        case.backward();
        let (output, indices) = max_pool::reference::forward(&shape, &widen(&case.input));
        assert_close("ours, output", &case.output, &output);
        assert_eq!(case.indices, indices, "ours, winners");
        let gradient = max_pool::reference::backward(&shape, &widen(&case.grad_output), &indices);
        assert_close("ours, grad_input", &case.grad_input, &gradient);
        case
    }

    fn forward(&mut self) {
        max_pool::forward(&self.shape, &self.input, &mut self.output, &mut self.indices);
    }

    fn backward(&mut self) {
        max_pool::backward(&self.shape, &self.grad_output, &self.indices, &mut self.grad_input);
    }
}

/// Input, output and winners; backward the gradients in their place.
fn bytes(shape: &PoolShape) -> Work {
    let values = shape.input_len() + shape.output_len();
    Work::Bytes(values * size_of::<f32>() + shape.output_len() * size_of::<u8>())
}

#[expect(clippy::disallowed_methods, reason = "the peer that is measured; nothing is trained")]
fn candle_forward(shape: &PoolShape, input: &Tensor) -> candle_core::Result<Tensor> {
    input.max_pool2d_with_stride(shape.window().kernel_size, shape.window().stride)
}

fn candle_input(shape: &PoolShape) -> Tensor {
    let case = Case::new(*shape);
    let sizes = [shape.batch(), shape.in_height(), shape.in_width(), shape.channels()];
    let input = from_channels_last(&case.input, sizes).expect("the sizes of the case");
    let output = candle_forward(shape, &input).and_then(|output| to_channels_last(&output));
    let (truth, _) = max_pool::reference::forward(shape, &widen(&case.input));
    assert_close("candle, output", &output.expect("a valid pooling"), &truth);
    input
}

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "max_pool_forward");
    for layer in POOLS {
        let shape = layer.shape(layers::batch());
        let mut row = operation.layer(layer.name, bytes(&shape));
        row.column(
            "reference",
            || widen(&Case::new(shape).input),
            |input| max_pool::reference::forward(&shape, input),
        );
        if layer.rounding == Rounding::Floor {
            row.column(
                "candle",
                || candle_input(&shape),
                |input| candle_forward(&shape, input).expect("it has run before"),
            );
        }
        row.column("ours", || Case::checked(shape), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "max_pool_backward");
    for layer in POOLS {
        let shape = layer.shape(layers::batch());
        let mut row = operation.layer(layer.name, bytes(&shape));
        row.column("ours", || Case::checked(shape), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
