//! Cross-entropy of ten classes with its gradient by the logits.
#![forbid(unsafe_code)]

use candle_core::{Device, Result, Tensor, Var};
use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::numbers::{random, widen};
use nin_kernels::cross_entropy::{self, LabelSmoothing};

const CLASSES: usize = 10;
/// The batches that networks are trained with.
const BATCHES: [(&str, usize); 2] = [("original.loss", 32), ("mnist.loss", 128)];

struct Case {
    logits: Vec<f32>,
    labels: Vec<u32>,
    grad_logits: Vec<f32>,
}

impl Case {
    fn new(batch: usize) -> Self {
        Self {
            logits: random(batch * CLASSES, 1),
            labels: (0..batch).map(|sample| (sample * 7 % CLASSES) as u32).collect(),
            grad_logits: vec![f32::NAN; batch * CLASSES],
        }
    }

    fn checked(batch: usize) -> Self {
        let mut case = Self::new(batch);
        let loss = case.forward_backward();
        let logits = widen(&case.logits);
        let true_loss = cross_entropy::reference::forward(CLASSES, 0.0, &logits, &case.labels);
        assert_close("ours, loss", &[loss as f32], &[true_loss]);
        assert_close("ours, gradient", &case.grad_logits, &case.true_gradient());
        case
    }

    fn forward_backward(&mut self) -> f64 {
        let Self { logits, labels, grad_logits } = self;
        cross_entropy::forward_backward(CLASSES, LabelSmoothing::NONE, logits, labels, grad_logits)
    }

    fn true_gradient(&self) -> Vec<f64> {
        cross_entropy::reference::backward(CLASSES, 0.0, &widen(&self.logits), &self.labels)
    }
}

struct Candle {
    logits: Var,
    labels: Tensor,
}

impl Candle {
    fn checked(case: &Case) -> Self {
        let batch = case.labels.len();
        let candle = Self {
            logits: Var::from_slice(&case.logits, (batch, CLASSES), &Device::Cpu)
                .expect("the sizes of the case"),
            labels: Tensor::from_slice(&case.labels, batch, &Device::Cpu)
                .expect("the sizes of the case"),
        };
        let gradient = candle.run().and_then(|gradient| gradient.flatten_all()?.to_vec1());
        assert_close("candle", &gradient.expect("valid labels"), &case.true_gradient());
        candle
    }

    fn run(&self) -> Result<Tensor> {
        let loss = candle_nn::loss::cross_entropy(&self.logits, &self.labels)?;
        Ok(loss.backward()?.get(&self.logits).expect("the loss depends on the logits").clone())
    }
}

fn forward_backward(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "cross_entropy");
    for (name, batch) in BATCHES {
        // Logits and their gradient, labels.
        let bytes = (2 * CLASSES * size_of::<f32>() + size_of::<u32>()) * batch;
        let mut row = operation.layer(name, Work::Bytes(bytes));
        row.column(
            "candle",
            || Candle::checked(&Case::new(batch)),
            |candle| candle.run().expect("it has run before"),
        );
        row.column("ours", || Case::checked(batch), |case| case.forward_backward());
    }
}

criterion_group!(benches, forward_backward);
criterion_main!(benches);
