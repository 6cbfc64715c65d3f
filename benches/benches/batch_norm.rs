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

/// `maps` maps of the input's size, read or written; beside them the numbers of
/// each channel are nothing.
fn maps(maps: usize, size: [usize; 3]) -> Work {
    Work::Bytes(maps * layers::batch() * size.iter().product::<usize>() * size_of::<f32>())
}

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "batch_norm_forward");
    for layer in POOLS {
        let size = layer.input;
        let mut row = operation.layer(layer.name, maps(2, size));
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
        // Input, output for the ReLU, and both gradients.
        let mut row = operation.layer(layer.name, maps(4, size));
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
