//! Once its buffers are there a step of the engine allocates nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use nin_layers::engine::{self, Batch, Device, TrainStep, UpdateScale, Weights};
use nin_layers::{
    Activation, AvgPool2d, BatchNormSpec, Conv2dSpec, ConvSettings, Divisor, DropoutProbability,
    EmaDecay, Init, LayerSpec, LocalResponseNorm, LrnParams, MaxPool2d, NamedLayer, Plan,
    Precision, Rounding, SgdParams, Window, init,
};

#[global_allocator]
static COUNTING: dhat::Alloc = dhat::Alloc;

const CLASSES: usize = 5;
const PICTURES: usize = 6;

/// Every kind of layer, and both algorithms of convolution.
fn plan() -> Plan {
    let conv = |out_channels, kernel_size, padding| {
        let window = Window { kernel_size, stride: 1, padding };
        LayerSpec::Conv2d(Conv2dSpec { out_channels, window, activation: Activation::Relu })
    };
    let window = Window { kernel_size: 3, stride: 2, padding: 0 };
    let (rounding, divisor) = (Rounding::Ceil, Divisor::WindowArea);
    let specs = [
        conv(20, 5, 2),
        LayerSpec::Conv2d(Conv2dSpec::cccp(18)),
        LayerSpec::LocalResponseNorm(LocalResponseNorm::new(LrnParams::default()).unwrap()),
        LayerSpec::MaxPool2d(MaxPool2d { window, rounding }),
        LayerSpec::Dropout(DropoutProbability::new(0.5).unwrap()),
        conv(17, 3, 1),
        LayerSpec::BatchNorm2d(BatchNormSpec::default()),
        LayerSpec::AvgPool2d(AvgPool2d { window, rounding, divisor }),
        LayerSpec::Conv2d(Conv2dSpec::cccp(CLASSES)),
        LayerSpec::GlobalAvgPool2d,
    ];
    let named = |(index, spec)| NamedLayer { name: format!("net.{index}"), spec };
    Plan::new([1, 20, 18], specs.into_iter().enumerate().map(named).collect()).unwrap()
}

#[test]
fn a_step_allocates_nothing() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let images: Vec<f32> = (0..PICTURES * 20 * 18).map(|i| (i % 13) as f32 / 6.0 - 1.0).collect();
    let labels: Vec<u32> = (0..PICTURES).map(|i| (i % CLASSES) as u32).collect();
    let batch = Batch::prepared(&images, &labels);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    for precision in [Precision::F32, Precision::Bf16] {
        let plan = plan();
        let weights = init::state_dict(plan.parameters(), |_| Init::PytorchDefault, 7).unwrap();
        let settings = ConvSettings { precision, ..ConvSettings::default() };
        let scale = |_: &str| UpdateScale::default();
        let mut engine = engine::create(&Device::Cpu, plan, settings, &weights, scale).unwrap();
        let sgd = SgdParams { momentum: 0.9, ..SgdParams::default() };
        let ema_decay = EmaDecay::new(0.9).unwrap();
        threads.install(|| {
            let mut run = |steps: std::ops::Range<u64>| {
                let before = dhat::HeapStats::get().total_blocks;
                for step in steps {
                    let step = TrainStep { sgd, step, ema_decay, ..TrainStep::default() };
                    engine.train_step(batch, &step).unwrap();
                    engine.evaluate(batch, Weights::Averaged).unwrap();
                }
                dhat::HeapStats::get().total_blocks - before
            };
            assert!(run(0..3) > 0, "nothing is counted");
            assert_eq!(run(3..13), 0, "allocations in ten steps");
        });
    }
}
