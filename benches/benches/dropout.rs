//! Dropout of the networks' pooled maps; the backward pass is the same call.
#![forbid(unsafe_code)]

use candle_core::{Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::layers;
use nin_benches::numbers::{random, widen};
use nin_kernels::dropout::{self, DropoutKey, DropoutProbability};

/// Maps before a dropout: name, height, width, channels.
const MAPS: [(&str, [usize; 3]); 3] = [
    ("original.dropout", [5, 5, 384]),
    ("mnist.dropout1", [14, 14, 48]),
    ("mnist.dropout2", [7, 7, 48]),
];
const P: f64 = 0.5;
const KEY: DropoutKey = DropoutKey { seed: 42, stream: 1 };

struct Case {
    p: DropoutProbability,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Case {
    fn checked(len: usize) -> Self {
        let p = DropoutProbability::new(P).expect("below 1");
        let mut case = Self { p, input: random(len, 1), output: vec![f32::NAN; len] };
        case.apply();
        let truth = dropout::reference::apply(p, KEY, &widen(&case.input));
        assert_close("ours", &case.output, &truth);
        case
    }

    fn apply(&mut self) {
        dropout::apply(self.p, KEY, &self.input, &mut self.output);
    }
}

#[expect(clippy::disallowed_methods, reason = "the peer that is measured; nothing is trained")]
fn candle_dropout(input: &Tensor) -> candle_core::Result<Tensor> {
    candle_nn::ops::dropout(input, P as f32)
}

/// candle's mask cannot be seeded: all that can be checked is that each value is
/// dropped or doubled.
fn candle_input(len: usize) -> Tensor {
    let values = random(len, 1);
    let input = Tensor::from_slice(&values, len, &Device::Cpu).expect("one axis");
    let output = candle_dropout(&input).and_then(|output| output.to_vec1::<f32>());
    for (y, x) in output.expect("a valid dropout").iter().zip(values) {
        assert!(*y == 0.0 || *y == 2.0 * x, "candle: {x} became {y}");
    }
    input
}

fn apply(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "dropout");
    for (name, size) in MAPS {
        let len = layers::batch() * size.iter().product::<usize>();
        let mut row = operation.layer(name, Work::Bytes(2 * len * size_of::<f32>()));
        row.column(
            "candle",
            || candle_input(len),
            |input| candle_dropout(input).expect("it has run before"),
        );
        row.column("ours", || Case::checked(len), Case::apply);
    }
}

criterion_group!(benches, apply);
criterion_main!(benches);
