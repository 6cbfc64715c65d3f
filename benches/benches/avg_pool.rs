//! Average pooling, forward and backward. candle's own has no ceil mode.
#![forbid(unsafe_code)]

use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, AVG_POOLS};
use nin_benches::numbers::{random, widen};
use nin_kernels::PoolShape;
use nin_kernels::avg_pool::{self, Divisor};

const DIVISOR: Divisor = Divisor::WindowArea;

struct Case {
    shape: PoolShape,
    input: Vec<f32>,
    output: Vec<f32>,
    grad_output: Vec<f32>,
    grad_input: Vec<f32>,
}

impl Case {
    fn new(shape: PoolShape) -> Self {
        Self {
            shape,
            input: random(shape.input_len(), 1),
            output: vec![f32::NAN; shape.output_len()],
            grad_output: random(shape.output_len(), 2),
            grad_input: vec![f32::NAN; shape.input_len()],
        }
    }

    /// Has run forward and backward once.
    fn checked(shape: PoolShape) -> Self {
        let mut case = Self::new(shape);
        case.forward();
        case.backward();
        let output = avg_pool::reference::forward(&shape, DIVISOR, &widen(&case.input));
        assert_close("ours, output", &case.output, &output);
        let gradient = avg_pool::reference::backward(&shape, DIVISOR, &widen(&case.grad_output));
        assert_close("ours, grad_input", &case.grad_input, &gradient);
        case
    }

    fn forward(&mut self) {
        avg_pool::forward(&self.shape, DIVISOR, &self.input, &mut self.output);
    }

    fn backward(&mut self) {
        avg_pool::backward(&self.shape, DIVISOR, &self.grad_output, &mut self.grad_input);
    }
}

/// Input and output; backward the gradients in their place.
fn bytes(shape: &PoolShape) -> Work {
    Work::Bytes((shape.input_len() + shape.output_len()) * size_of::<f32>())
}

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "avg_pool_forward");
    for layer in AVG_POOLS {
        let shape = layer.shape(layers::batch());
        let mut row = operation.layer(layer.name, bytes(&shape));
        row.column(
            "reference",
            || widen(&Case::new(shape).input),
            |input| avg_pool::reference::forward(&shape, DIVISOR, input),
        );
        row.column("ours", || Case::checked(shape), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "avg_pool_backward");
    for layer in AVG_POOLS {
        let shape = layer.shape(layers::batch());
        let mut row = operation.layer(layer.name, bytes(&shape));
        row.column(
            "reference",
            || widen(&Case::new(shape).grad_output),
            |grads| avg_pool::reference::backward(&shape, DIVISOR, grads),
        );
        row.column("ours", || Case::checked(shape), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
