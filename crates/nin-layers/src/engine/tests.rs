//! Tests of the engines, and what they share.

use nin_kernels::philox::philox4x32;

use super::{Batch, Device, Engine, TrainStep, UpdateScale};
use crate::{
    Activation, AvgPool2d, BatchNormSpec, Conv2dSpec, ConvSettings, Divisor, DropoutProbability,
    Init, LayerError, LayerSpec, LocalResponseNorm, LrnParams, MaxPool2d, NamedLayer, Plan,
    Rounding, SgdParams, StateDict, Window, init,
};

const INPUT: [usize; 3] = [2, 9, 8];
const CLASSES: usize = 3;

fn named(specs: Vec<LayerSpec>) -> Vec<NamedLayer> {
    let name = |(index, spec)| NamedLayer { name: format!("net.{index}"), spec };
    specs.into_iter().enumerate().map(name).collect()
}

fn dropout(p: f64) -> LayerSpec {
    LayerSpec::Dropout(DropoutProbability::new(p).unwrap())
}

/// A convolution that keeps height and width.
fn conv(out_channels: usize, kernel_size: usize, activation: Activation) -> LayerSpec {
    let window = Window { kernel_size, stride: 1, padding: kernel_size / 2 };
    LayerSpec::Conv2d(Conv2dSpec { out_channels, window, activation })
}

/// A network in which every algorithm of a convolution comes after a ReLU, and
/// after something else.
fn plan_of_relus() -> Plan {
    let window = Window { kernel_size: 3, stride: 2, padding: 0 };
    let specs = vec![
        conv(18, 3, Activation::Relu),
        conv(17, 3, Activation::Relu),
        LayerSpec::Conv2d(Conv2dSpec::cccp(16)),
        LayerSpec::MaxPool2d(MaxPool2d { window, rounding: Rounding::Ceil }),
        conv(17, 5, Activation::Relu),
        conv(CLASSES, 3, Activation::Relu),
        LayerSpec::GlobalAvgPool2d,
    ];
    Plan::new(INPUT, named(specs)).unwrap()
}

/// A network with every kind of layer, dropout of probability `p` among them.
fn plan(p: f64) -> Plan {
    let window = Window { kernel_size: 3, stride: 2, padding: 0 };
    // A large alpha, so that the normalisation matters.
    let lrn = LocalResponseNorm::new(LrnParams { alpha: 0.5, ..LrnParams::default() }).unwrap();
    let norm = BatchNormSpec { activation: Activation::Relu, ..BatchNormSpec::default() };
    let (rounding, divisor) = (Rounding::Ceil, Divisor::WindowArea);
    let specs = vec![
        conv(5, 3, Activation::Relu),
        LayerSpec::Conv2d(Conv2dSpec::cccp(4)),
        LayerSpec::LocalResponseNorm(lrn),
        LayerSpec::MaxPool2d(MaxPool2d { window, rounding }),
        dropout(p),
        conv(6, 3, Activation::None),
        LayerSpec::BatchNorm2d(norm),
        LayerSpec::AvgPool2d(AvgPool2d { window, rounding, divisor }),
        conv(CLASSES, 1, Activation::None),
        LayerSpec::GlobalAvgPool2d,
    ];
    Plan::new(INPUT, named(specs)).unwrap()
}

fn weights(plan: &Plan) -> StateDict {
    init::state_dict(plan.parameters(), |_| Init::PytorchDefault, 7).unwrap()
}

/// What all engines are held to.
macro_rules! tests_on {
    ($device:expr) => {
        use super::*;

        fn create(
            plan: Plan,
            settings: ConvSettings,
            weights: &StateDict,
            scale: impl Fn(&str) -> UpdateScale,
        ) -> Result<Box<dyn Engine>, LayerError> {
            crate::engine::create(&$device, plan, settings, weights, scale)
        }

        fn engine(plan: &Plan) -> Box<dyn Engine> {
            engine_with(ConvSettings::default(), plan)
        }

        fn engine_with(settings: ConvSettings, plan: &Plan) -> Box<dyn Engine> {
            create(plan.clone(), settings, &weights(plan), |_| UpdateScale::default()).unwrap()
        }
    };
}

mod cpu;

#[cfg(feature = "emulation")]
mod emulated;

#[cfg(all(feature = "cuda", feature = "emulation"))]
mod card;

/// Numbers in [−1, 1), the same for the same seed.
fn random(len: usize, seed: u32) -> Vec<f32> {
    let word = |i: usize| philox4x32([i as u32, 0, 0, 0], [seed, 0])[0];
    (0..len).map(|i| (word(i) >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
}

/// Pictures and labels.
struct Samples {
    images: Vec<f32>,
    labels: Vec<u32>,
}

impl Samples {
    fn new(count: usize, seed: u32) -> Self {
        let images = random(count * INPUT.iter().product::<usize>(), seed);
        Self { images, labels: (0..count).map(|i| (i % CLASSES) as u32).collect() }
    }

    fn batch(&self) -> Batch<'_> {
        Batch::prepared(&self.images, &self.labels)
    }
}

/// A step that learns, with momentum and decay.
fn step(step: u64) -> TrainStep {
    let sgd = SgdParams { lr: 0.1, momentum: 0.9, weight_decay: 1e-3, ..SgdParams::default() };
    TrainStep { sgd, seed: 42, step, ..TrainStep::default() }
}

/// All bits of a state.
fn bits(state: &StateDict) -> Vec<(String, Vec<u32>)> {
    let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect();
    state
        .iter()
        .map(|(name, tensor)| {
            (name.clone(), bits(tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()))
        })
        .collect()
}

/// All bits of what an engine has learnt and recorded.
fn learnt(engine: &dyn Engine) -> [Vec<(String, Vec<u32>)>; 2] {
    [bits(&engine.weights().unwrap()), bits(&engine.momentum().unwrap())]
}
