//! One step of SGD over the largest weight of each network.
#![forbid(unsafe_code)]

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{Optimizer, SGD};
use criterion::{Criterion, criterion_group, criterion_main};
use nin_benches::check::assert_close;
use nin_benches::columns::{Operation, Work};
use nin_benches::numbers::{random, widen};
use nin_kernels::sgd::{self, MomentumBuffer, SgdParams};

const WEIGHTS: [(&str, usize); 2] =
    [("original.conv3", 384 * 9 * 256), ("mnist.conv2", 128 * 25 * 48)];
/// So small that thousands of steps leave the weights where they are.
const PLAIN: SgdParams =
    SgdParams { lr: 1e-6, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false };
const MOMENTUM: SgdParams = SgdParams { momentum: 0.9, weight_decay: 5e-4, ..PLAIN };

struct Case {
    params: SgdParams,
    weight: Vec<f32>,
    grad: Vec<f32>,
    buffer: Vec<f32>,
}

impl Case {
    fn new(params: SgdParams, len: usize) -> Self {
        Self { params, weight: random(len, 1), grad: random(len, 2), buffer: random(len, 3) }
    }

    fn checked(params: SgdParams, len: usize) -> Self {
        // Large enough a rate for the step to be seen.
        let mut case = Self::new(SgdParams { lr: 0.5, ..params }, len);
        let truth = case.true_weight();
        case.step();
        assert_close("ours", &case.weight, &truth);
        Self::new(params, len)
    }

    fn step(&mut self) {
        let Self { params, weight, grad, buffer } = self;
        sgd::step(params, weight, grad, MomentumBuffer::Later(buffer));
    }

    fn true_weight(&self) -> Vec<f64> {
        let mut weights = widen(&self.weight);
        let others = widen(&self.grad).into_iter().zip(widen(&self.buffer));
        for (weight, (grad, buffer)) in weights.iter_mut().zip(others) {
            sgd::reference::step(&self.params, weight, grad, &mut Some(buffer));
        }
        weights
    }
}

/// candle's optimiser, which has neither momentum nor weight decay.
struct Candle {
    weight: Var,
    grads: GradStore,
    optimizer: SGD,
}

impl Candle {
    fn new(case: &Case) -> Result<Self> {
        let len = case.weight.len();
        let weight = Var::from_slice(&case.weight, len, &Device::Cpu)?;
        let grad = Tensor::from_slice(&case.grad, len, &Device::Cpu)?;
        let grads = (weight.as_tensor() * grad)?.sum_all()?.backward()?;
        let optimizer = SGD::new(vec![weight.clone()], case.params.lr)?;
        Ok(Self { weight, grads, optimizer })
    }

    fn checked(len: usize) -> Self {
        let case = Case::new(SgdParams { lr: 0.5, ..PLAIN }, len);
        let mut candle = Self::new(&case).expect("the sizes of the case");
        candle.step().expect("a gradient for the weight");
        let weight = candle.weight.to_vec1().expect("one axis of f32");
        assert_close("candle", &weight, &case.true_weight());
        candle.optimizer.set_learning_rate(PLAIN.lr);
        candle
    }

    fn step(&mut self) -> Result<()> {
        self.optimizer.step(&self.grads)
    }
}

/// `times` reads or writes of all numbers.
fn bytes(len: usize, times: usize) -> Work {
    Work::Bytes(times * len * size_of::<f32>())
}

fn step(criterion: &mut Criterion) {
    let mut operation = Operation::new(criterion, "sgd");
    for (name, len) in WEIGHTS {
        // The weight read and written, the gradient read.
        let mut row = operation.layer(name, bytes(len, 3));
        row.column(
            "candle",
            || Candle::checked(len),
            |candle| candle.step().expect("it has run before"),
        );
        row.column("ours", || Case::checked(PLAIN, len), Case::step);
        // With the velocity read and written.
        let mut row = operation.layer(name, bytes(len, 5));
        row.column("ours_momentum", || Case::checked(MOMENTUM, len), Case::step);
    }
}

criterion_group!(benches, step);
criterion_main!(benches);
