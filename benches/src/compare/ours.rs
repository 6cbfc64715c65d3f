//! This project's engine as a contestant.

use anyhow::Result;
use nin_layers::engine::{self, Batch, Device, Engine, TrainStep, UpdateScale, Weights};
use nin_layers::{ConvSettings, LayerSpec, Plan};

use super::case::Problem;
use super::contestant::{Contestant, Pass, Precision, Ready, Step, Trial, trial_sgd};

/// Checks the engine on the problem and prepares its step.
///
/// # Errors
///
/// Of the engine.
pub fn contestant(
    problem: Problem,
    pass: Pass,
    precision: Precision,
    device: &Device,
) -> Result<Contestant> {
    Ok(match pass {
        Pass::Train => {
            // The trial's engine is gone before the one that is timed is there, so
            // that the most memory held is the latter's.
            let ready = trial(&problem, precision, device)?;
            let engine = create(&problem, problem.network.plan().clone(), precision, device)?;
            Contestant::Ready { ready, step: train_step(engine, problem) }
        }
        Pass::Inference => {
            let mut engine = create(&problem, problem.network.plan().clone(), precision, device)?;
            let ready = Ready { scores: evaluate(&mut *engine, &problem)?, trial: None };
            Contestant::Ready { ready, step: inference_step(engine, problem) }
        }
    })
}

fn create(
    problem: &Problem,
    plan: Plan,
    precision: Precision,
    device: &Device,
) -> Result<Box<dyn Engine>> {
    let scale = |_name: &str| UpdateScale::default();
    let precision = match precision {
        Precision::F32 => nin_layers::Precision::F32,
        Precision::Tf32 => nin_layers::Precision::Tf32,
        Precision::Bf16 => nin_layers::Precision::Bf16,
    };
    let settings = ConvSettings { precision, ..ConvSettings::default() };
    Ok(engine::create(device, plan, settings, &problem.weights, scale)?)
}

fn batch(problem: &Problem) -> Batch<'_> {
    Batch::prepared(&problem.images, &problem.labels)
}

fn evaluate(engine: &mut dyn Engine, problem: &Problem) -> Result<Vec<f32>> {
    engine.evaluate(batch(problem), Weights::Current)?;
    Ok(engine.logits().to_vec())
}

/// The scores before and after one training step of an engine without the layers
/// of dropout.
fn trial(problem: &Problem, precision: Precision, device: &Device) -> Result<Ready> {
    let plan = problem.network.plan();
    let mut layers = plan.layers().to_vec();
    layers.retain(|layer| !matches!(layer.spec, LayerSpec::Dropout(_)));
    let mut engine = create(problem, Plan::new(plan.input(), layers)?, precision, device)?;
    let scores = evaluate(&mut *engine, problem)?;
    let step = TrainStep { sgd: trial_sgd(problem.sgd), ..TrainStep::default() };
    let result = engine.train_step(batch(problem), &step)?;
    let loss = result.loss_sum / result.samples as f64;
    let trial = Trial { loss, scores: evaluate(&mut *engine, problem)? };
    Ok(Ready { scores, trial: Some(trial) })
}

fn train_step(mut engine: Box<dyn Engine>, problem: Problem) -> Step {
    let mut step = TrainStep { sgd: problem.sgd, ..TrainStep::default() };
    Box::new(move || {
        engine.train_step(batch(&problem), &step)?;
        step.step += 1;
        Ok(())
    })
}

/// The engine adds the loss of the N × classes scores, which costs nothing
/// beside the network.
fn inference_step(mut engine: Box<dyn Engine>, problem: Problem) -> Step {
    Box::new(move || {
        engine.evaluate(batch(&problem), Weights::Current)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::case::Case;

    #[test]
    fn the_trial_step_moves_the_scores() {
        let problem = Case::PaperMnist.problem(None).unwrap();
        for precision in [Precision::F32, Precision::Bf16] {
            let contestant =
                contestant(problem.clone(), Pass::Train, precision, &Device::Cpu).unwrap();
            let Contestant::Ready { ready, mut step } = contestant else {
                panic!("the engine is there");
            };
            let trial = ready.trial.unwrap();
            let largest = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, f32::max);
            let moved = ready.scores.iter().zip(&trial.scores).map(|(a, b)| (a - b).abs());
            let (moved, score) =
                (largest(&mut moved.into_iter()), largest(&mut ready.scores.iter().copied()));
            assert!(moved > 0.01 * score, "{moved} of {score}");
            step().unwrap();
        }
    }
}
