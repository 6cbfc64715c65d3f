//! The engine beside that of the CPU.

use candle_core::Tensor;

use super::{Samples, create, plan, plan_of_relus, step, weights};
use crate::engine::{self, Device, Engine, TrainStep, UpdateScale, Weights};
use crate::{ConvMethod, ConvSettings, EmaDecay, LabelSmoothing, StateDict};

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The largest difference between two states, of which all must be finite.
fn difference(one: &StateDict, other: &StateDict) -> f32 {
    assert!(one.keys().eq(other.keys()), "{:?} and {:?}", one.keys(), other.keys());
    let worst = one.iter().flat_map(|(name, tensor)| {
        let pairs = numbers(tensor).into_iter().zip(numbers(&other[name]));
        pairs.map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
    });
    worst.fold(0.0, |worst, error| if error > worst || error.is_nan() { error } else { worst })
}

/// Every kind of layer, the same masks of dropout, momentum, averages, recorded
/// statistics and factors that differ between weights and biases.
#[test]
fn ten_steps_are_those_of_the_cpu_but_for_rounding() {
    let settings = ConvSettings { method: ConvMethod::Exact, ..ConvSettings::default() };
    let scale = |name: &str| UpdateScale {
        lr: if name.ends_with("bias") { 2.0 } else { 1.0 },
        weight_decay: if name.ends_with("bias") { 0.0 } else { 1.0 },
    };
    for plan in [plan(0.5), plan_of_relus()] {
        let weights = weights(&plan);
        let cpu = engine::create(&Device::Cpu, plan.clone(), settings, &weights, scale).unwrap();
        let card = create(plan, settings, &weights, scale).unwrap();
        let mut engines: [Box<dyn Engine>; 2] = [cpu, card];
        for number in 0..10 {
            let samples = Samples::new(5, number as u32);
            let step = TrainStep {
                label_smoothing: LabelSmoothing::new(0.1).unwrap(),
                ema_decay: EmaDecay::new(0.9).unwrap(),
                ..step(number)
            };
            let [cpu, card] =
                engines.each_mut().map(|engine| engine.train_step(samples.batch(), &step).unwrap());
            let losses = (cpu.loss_sum, card.loss_sum);
            assert!((losses.0 - losses.1).abs() < 1e-4, "step {number}: {losses:?}");
        }
        let [cpu, card] = &engines;
        // Ten steps of sums in another order.
        let states = |engine: &dyn Engine| {
            [engine.weights(), engine.momentum(), engine.averages()].map(Result::unwrap)
        };
        for (cpu, card) in states(&**cpu).iter().zip(&states(&**card)) {
            assert!(difference(cpu, card) < 1e-4, "{}", difference(cpu, card));
        }
        // Files of one go on with the other.
        let mut moved =
            engine::create(&Device::Cpu, cpu.plan().clone(), settings, &weights, scale).unwrap();
        moved.load_weights(&card.weights().unwrap()).unwrap();
        moved.load_momentum(&card.momentum().unwrap()).unwrap();
        moved.load_averages(&card.averages().unwrap()).unwrap();
        assert_eq!(difference(&moved.momentum().unwrap(), &card.momentum().unwrap()), 0.0);
        let samples = Samples::new(4, 99);
        let [moved, card] = [&mut moved, &mut engines[1]]
            .map(|engine| engine.evaluate(samples.batch(), Weights::Averaged).unwrap());
        assert!((moved.loss_sum - card.loss_sum).abs() < 1e-5, "{moved:?} and {card:?}");
    }
}
