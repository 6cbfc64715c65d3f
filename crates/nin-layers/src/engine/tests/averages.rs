//! The averages of the weights.

use super::{Samples, bits, engine, learnt, plan, step};
use crate::engine::{Engine, TrainStep, Weights};
use crate::{EmaDecay, StateDict};

fn averaging(number: u64) -> TrainStep {
    TrainStep { ema_decay: EmaDecay::new(0.5).unwrap(), ..step(number) }
}

/// An engine after so many steps with averages, and its weights after each.
fn trained(steps: u64) -> (Box<dyn Engine>, Vec<StateDict>) {
    let mut engine = engine(&plan(0.5));
    let weights = (0..steps).map(|number| {
        engine.train_step(Samples::new(6, number as u32).batch(), &averaging(number)).unwrap();
        engine.weights().unwrap()
    });
    let weights = weights.collect();
    (engine, weights)
}

fn numbers(state: &StateDict) -> Vec<f64> {
    let widen = |tensor: &candle_core::Tensor| {
        let values = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        values.into_iter().map(f64::from).collect::<Vec<_>>()
    };
    state.values().flat_map(widen).collect()
}

#[test]
fn averages_follow_all_weights_and_statistics() {
    let (engine, weights) = trained(12);
    let mut truth = numbers(&weights[0]);
    for (update, weights) in weights.iter().enumerate().skip(1) {
        // By hand: rising to 0.5, which the ninth update reaches.
        let decay = [1.0 / 10.0, 2.0 / 11.0, 3.0 / 12.0, 4.0 / 13.0, 5.0 / 14.0, 6.0 / 15.0]
            .into_iter()
            .chain([7.0 / 16.0, 8.0 / 17.0])
            .nth(update)
            .unwrap_or(0.5);
        for (average, weight) in truth.iter_mut().zip(numbers(weights)) {
            *average = decay * *average + (1.0 - decay) * weight;
        }
    }
    let averages = engine.averages().unwrap();
    assert_eq!(averages.keys().collect::<Vec<_>>(), weights[0].keys().collect::<Vec<_>>());
    assert!(averages.keys().any(|name| name.ends_with("running_var")));
    let worst =
        numbers(&averages).iter().zip(&truth).map(|(a, b)| (a - b).abs()).fold(0., f64::max);
    // Twelve updates of a few roundings of numbers of order 1.
    assert!(worst < 1e-6, "{worst}");
    assert_ne!(bits(&averages), bits(&engine.weights().unwrap()));
}

#[test]
fn averages_leave_training_alone_and_are_kept_only_when_asked_for() {
    let (with, _) = trained(3);
    let mut without = engine(&plan(0.5));
    for number in 0..3 {
        without.train_step(Samples::new(6, number as u32).batch(), &step(number)).unwrap();
    }
    assert_eq!(learnt(&*with), learnt(&*without));
    assert!(without.averages().unwrap().is_empty());
    let message = without.evaluate(Samples::new(2, 0).batch(), Weights::Averaged).unwrap_err();
    assert!(message.to_string().contains("there is no average of net.0.weight"), "{message}");
}

#[test]
fn an_evaluation_with_averages_is_one_of_an_engine_with_these_weights() {
    let (mut averaged, _) = trained(4);
    let samples = Samples::new(7, 9);
    let mut plain = engine(&plan(0.5));
    plain.load_weights(&averaged.averages().unwrap()).unwrap();
    let before = learnt(&*averaged);
    let wanted = plain.evaluate(samples.batch(), Weights::Current).unwrap();
    let current = averaged.evaluate(samples.batch(), Weights::Current).unwrap();
    assert_eq!(averaged.evaluate(samples.batch(), Weights::Averaged).unwrap(), wanted);
    assert_eq!(averaged.logits(), plain.logits());
    assert_ne!(current, wanted);
    // Neither kind of evaluation leaves anything behind, packed weights included.
    assert_eq!(learnt(&*averaged), before);
    assert_eq!(averaged.evaluate(samples.batch(), Weights::Current).unwrap(), current);
}

#[test]
fn a_failed_step_or_evaluation_changes_no_average() {
    let (mut engine, _) = trained(2);
    let before = (learnt(&*engine), bits(&engine.averages().unwrap()));
    let mut samples = Samples::new(3, 0);
    samples.images[5] = f32::NAN;
    engine.train_step(samples.batch(), &averaging(2)).unwrap_err();
    engine.evaluate(samples.batch(), Weights::Averaged).unwrap_err();
    assert_eq!((learnt(&*engine), bits(&engine.averages().unwrap())), before);
}

#[test]
fn loaded_averages_go_on_exactly_and_can_be_dropped() {
    let (mut first, _) = trained(3);
    let mut second = engine(&plan(0.5));
    second.load_weights(&first.weights().unwrap()).unwrap();
    second.load_momentum(&first.momentum().unwrap()).unwrap();
    second.load_averages(&first.averages().unwrap()).unwrap();
    for engine in [&mut first, &mut second] {
        engine.train_step(Samples::new(6, 3).batch(), &averaging(3)).unwrap();
    }
    let averages = first.averages().unwrap();
    assert_eq!(bits(&second.averages().unwrap()), bits(&averages));

    let mut wrong = averages.clone();
    wrong.pop_last();
    assert!(second.load_averages(&wrong).is_err());
    assert_eq!(bits(&second.averages().unwrap()), bits(&averages), "nothing was changed");
    second.load_averages(&StateDict::new()).unwrap();
    assert!(second.averages().unwrap().is_empty());
}
