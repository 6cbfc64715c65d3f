//! The engine against candle's tape.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder, VarMap};

use super::{INPUT, Samples, engine, plan, plan_of_relus, weights};
use crate::engine::TrainStep;
use crate::{LabelSmoothing, Plan, Sequential, SgdParams, StateDict, cross_entropy};

/// Logits, gradients and everything recorded by one step from the initial
/// weights.
struct Outcome {
    logits: Vec<f32>,
    loss: f64,
    gradients: StateDict,
    statistics: StateDict,
}

fn smoothing() -> LabelSmoothing {
    LabelSmoothing::new(0.1).unwrap()
}

fn planned(plan: &Plan, samples: &Samples) -> Outcome {
    let mut engine = engine(plan);
    // The first step stores the gradient as momentum, and no weight moves.
    let sgd = SgdParams { lr: 0.0, momentum: 0.9, ..SgdParams::default() };
    let step = TrainStep { sgd, label_smoothing: smoothing(), ..TrainStep::default() };
    let result = engine.train_step(samples.batch(), &step).unwrap();
    Outcome {
        logits: engine.logits().to_vec(),
        loss: result.loss_sum / result.samples as f64,
        gradients: engine.momentum().unwrap(),
        statistics: statistics(plan, engine.weights().unwrap()),
    }
}

fn tape(plan: &Plan, samples: &Samples) -> Outcome {
    let vars = VarMap::new();
    for (name, tensor) in weights(plan) {
        vars.data().lock().unwrap().insert(name, Var::from_tensor(&tensor).unwrap());
    }
    let builder = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let network = Sequential::new(plan, &builder, 0).unwrap();
    let [c, h, w] = INPUT;
    let shape = (samples.labels.len(), h, w, c);
    let images = Tensor::from_slice(&samples.images, shape, &Device::Cpu).unwrap();
    let logits = network.forward_t(&images.permute((0, 3, 1, 2)).unwrap(), true).unwrap();
    let loss = cross_entropy(&logits, &samples.labels, smoothing()).unwrap();
    let grads = loss.backward().unwrap();

    let vars = vars.data().lock().unwrap().clone();
    let gradients =
        vars.iter().filter_map(|(name, var)| Some((name.clone(), grads.get(var)?.clone())));
    Outcome {
        logits: logits.flatten_all().unwrap().to_vec1().unwrap(),
        loss: loss.to_scalar::<f32>().unwrap().into(),
        gradients: gradients.collect(),
        statistics: statistics(
            plan,
            vars.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect(),
        ),
    }
}

fn statistics(plan: &Plan, mut state: StateDict) -> StateDict {
    for (name, _) in plan.parameters().filter(|(_, spec)| spec.role.is_trained()) {
        state.remove(&name);
    }
    state
}

/// Equal numbers: bit for bit but for the sign of a 0, which candle's sum of
/// zeros and a gradient loses.
#[track_caller]
fn assert_equal(planned: &StateDict, tape: &StateDict) {
    assert!(planned.keys().eq(tape.keys()), "{:?} and {:?}", planned.keys(), tape.keys());
    for (name, tensor) in planned {
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let values = numbers(tensor);
        assert!(values.iter().any(|&value| value != 0.0), "{name} is 0");
        assert_eq!(values, numbers(&tape[name]), "{name}");
    }
}

#[test]
fn engine_and_tape_do_the_same_arithmetic() {
    for (plan, count) in [(plan(0.0), 1), (plan(0.0), 5), (plan_of_relus(), 5)] {
        let samples = Samples::new(count, 3);
        let (planned, tape) = (planned(&plan, &samples), tape(&plan, &samples));
        assert_eq!(planned.logits, tape.logits);
        // The tape's loss is an f32.
        assert_eq!(planned.loss as f32, tape.loss as f32);
        assert_equal(&planned.gradients, &tape.gradients);
        assert_equal(&planned.statistics, &tape.statistics);
    }
}
