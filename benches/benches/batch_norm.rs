//! Batch normalisation in training with ReLU, forward and backward, on the
//! outputs of the networks' convolutions.
#![forbid(unsafe_code)]

#[path = "batch_norm/candle.rs"]
mod candle;
#[path = "batch_norm/case.rs"]
mod case;

use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, POOLS};

use case::Case;

fn values(size: [usize; 3]) -> Work {
    Work::Values(layers::batch() * size.iter().product::<usize>())
}

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "batch_norm_forward");
    for layer in POOLS {
        let size = layer.input;
        let mut row = operation.layer(layer.name, values(size));
        row.column(
            "candle",
            || candle::Forward::checked(&Case::new(size)),
            |forward| forward.run().expect("it has run before"),
        );
        row.column("ours", || Case::checked(size), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "batch_norm_backward");
    for layer in POOLS {
        let size = layer.input;
        let mut row = operation.layer(layer.name, values(size));
        row.column(
            "candle",
            || candle::Backward::checked(&Case::new(size)),
            |backward| backward.run().expect("it has run before"),
        );
        row.column("ours", || Case::checked(size), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
