//! Convolution with bias and ReLU, forward and backward.
#![forbid(unsafe_code)]

#[path = "conv2d/candle.rs"]
mod candle;
#[path = "conv2d/case.rs"]
mod case;

use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, multiply_adds};
use nin_kernels::conv2d;

use case::Case;

/// The plain loops are only timed up to this many multiply-adds.
const REFERENCE_LIMIT: usize = 20_000_000;

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "conv2d_forward");
    for layer in layers::convolutions() {
        let shape = layer.shape(layers::batch());
        let products = multiply_adds(&shape);
        let mut row = operation.layer(layer.name, Work::MultiplyAdds(products));
        if products <= REFERENCE_LIMIT {
            row.column(
                "reference",
                || Case::new(shape).widened(),
                |[input, weight, bias, _]| conv2d::reference::forward(&shape, input, weight, bias),
            );
        }
        row.column(
            "candle",
            || candle::Forward::checked(&Case::new(shape)),
            |forward| forward.run().expect("it has run before"),
        );
        row.column("ours", || Case::checked_forward(shape), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "conv2d_backward");
    for layer in layers::convolutions() {
        let shape = layer.shape(layers::batch());
        let products = 2 * multiply_adds(&shape);
        let mut row = operation.layer(layer.name, Work::MultiplyAdds(products));
        if products <= REFERENCE_LIMIT {
            row.column(
                "reference",
                || Case::new(shape).widened(),
                |[input, weight, _, grad]| conv2d::reference::backward(&shape, input, weight, grad),
            );
        }
        row.column(
            "candle",
            || candle::Backward::checked(&Case::new(shape)),
            |backward| backward.run().expect("it has run before"),
        );
        row.column("ours", || Case::checked_backward(shape), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
