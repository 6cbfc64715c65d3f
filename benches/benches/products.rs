//! The matrix products of the networks by our register tile and by the `gemm`
//! crate.
//!
//! Forward is input · weightᵀ with a weight that each has in the order it likes
//! before the clock starts. Backward is both gradients, of the 1×1 layers only.
#![forbid(unsafe_code)]

#[path = "products/case.rs"]
mod case;
#[path = "products/gemm.rs"]
mod gemm;

use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::columns::{Operation, Work};
use nin_benches::layers::{self, WINOGRAD_PLANES, multiply_adds};

use case::Case;
use gemm::Gemm;

fn forward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "products_forward");
    let pointwise = layers::pointwise().map(|layer| (layer.name, layer.shape(layers::batch())));
    let planes = WINOGRAD_PLANES.map(|plane| (plane.name, plane.shape(1)));
    for (name, shape) in pointwise.chain(planes) {
        let mut row = operation.layer(name, Work::MultiplyAdds(multiply_adds(&shape)));
        row.column(
            "gemm",
            || Gemm::checked_forward(&Case::new(shape)),
            |gemm| gemm.forward().expect("it has run before"),
        );
        row.column("ours", || Case::checked_forward(shape), Case::forward);
    }
}

fn backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "products_backward");
    for layer in layers::pointwise() {
        let shape = layer.shape(layers::batch());
        let mut row = operation.layer(layer.name, Work::MultiplyAdds(2 * multiply_adds(&shape)));
        row.column(
            "gemm",
            || Gemm::checked_backward(&Case::new(shape)),
            |gemm| gemm.backward().expect("it has run before"),
        );
        row.column("ours", || Case::checked_backward(shape), Case::backward);
    }
}

criterion_group!(benches, forward, backward);
criterion_main!(benches);
