//! Sequences of steps: what they depend on, and what they do not.

use super::{
    CLASSES, INPUT, Samples, bits, create, dropout, engine, engine_with, learnt, named, plan,
    plan_of_relus, random, step, weights,
};
use crate::engine::{Batch, TrainStep, UpdateScale, Weights};
use crate::{ConvSettings, LayerSpec, Plan, Precision, StateDict};

#[test]
fn the_thread_count_changes_no_bit() {
    let [one, two] = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut engine = engine(&plan(0.5));
            for number in 0..3 {
                let samples = Samples::new(20, number as u32);
                engine.train_step(samples.batch(), &step(number)).unwrap();
            }
            learnt(&*engine)
        })
    });
    assert_eq!(one, two);
}

#[test]
fn loaded_weights_and_momentum_continue_exactly_with_another_batch_size() {
    let plan = plan(0.5);
    let (large, small) = (Samples::new(7, 0), Samples::new(3, 1));
    let mut first = engine(&plan);
    first.train_step(large.batch(), &step(0)).unwrap();

    let mut second = engine(&plan);
    second.load_weights(&first.weights().unwrap()).unwrap();
    second.load_momentum(&first.momentum().unwrap()).unwrap();
    assert_eq!(learnt(&*second), learnt(&*first));
    for (number, samples) in [(1, &small), (2, &large)] {
        let results = [&mut first, &mut second]
            .map(|engine| engine.train_step(samples.batch(), &step(number)).unwrap());
        assert_eq!(results[0], results[1]);
        assert_eq!(first.logits(), second.logits());
        assert_eq!(first.logits().len(), samples.labels.len() * CLASSES);
        assert_eq!(learnt(&*second), learnt(&*first));
    }
}

#[test]
fn another_image_size_is_another_plan_with_what_was_learnt() {
    for plan in [plan(0.5), plan_of_relus()] {
        let [channels, height, width] = INPUT;
        let size = [height - 2, width + 3];
        let resized = plan.with_image_size(size).unwrap();
        assert_eq!(resized.input(), [channels, size[0], size[1]]);
        let images = random(4 * resized.input().iter().product::<usize>(), 9);
        let others = Samples { images, labels: vec![0, 1, 2, 0] };
        let samples = Samples::new(6, 0);

        let mut changing = engine(&plan);
        changing.train_step(samples.batch(), &step(0)).unwrap();
        let mut other =
            create(resized.clone(), ConvSettings::default(), &changing.weights().unwrap(), |_| {
                UpdateScale::default()
            })
            .unwrap();
        other.load_momentum(&changing.momentum().unwrap()).unwrap();
        changing.set_image_size(size).unwrap();
        assert_eq!(changing.plan(), &resized);
        for engine in [&mut changing, &mut other] {
            engine.train_step(others.batch(), &step(1)).unwrap();
        }
        assert_eq!(changing.logits(), other.logits());
        assert_eq!(learnt(&*changing), learnt(&*other));

        // And back, where buffers are larger than need be.
        let mut back = engine(&plan);
        back.load_weights(&changing.weights().unwrap()).unwrap();
        back.load_momentum(&changing.momentum().unwrap()).unwrap();
        changing.set_image_size([height, width]).unwrap();
        for engine in [&mut changing, &mut back] {
            engine.train_step(samples.batch(), &step(2)).unwrap();
        }
        assert_eq!(learnt(&*changing), learnt(&*back));
    }
}

#[test]
fn a_size_that_does_not_fit_changes_nothing() {
    let plan = plan(0.5);
    let mut engine = engine(&plan);
    let error = engine.set_image_size([1, 1]).unwrap_err().to_string();
    assert!(error.contains("max pool"), "{error}");
    assert_eq!(engine.plan(), &plan);
    engine.train_step(Samples::new(3, 0).batch(), &step(0)).unwrap();
}

#[test]
fn products_of_bf16_learn_as_those_of_f32_but_for_their_rounding() {
    let samples = Samples::new(12, 0);
    let [f32, bf16] = [Precision::F32, Precision::Bf16].map(|precision| {
        let settings = ConvSettings { precision, ..ConvSettings::default() };
        let mut engine = engine_with(settings, &plan(0.0));
        for number in 0..5 {
            engine.train_step(samples.batch(), &step(number)).unwrap();
        }
        engine.evaluate(samples.batch(), Weights::Current).unwrap().loss_sum / 12.0
    });
    assert!(bf16 != f32 && (bf16 - f32).abs() < 1e-2, "{bf16} and {f32}");
}

#[test]
fn momentum_exists_after_a_step_with_it_and_can_be_dropped() {
    let (plan, samples) = (plan(0.0), Samples::new(4, 0));
    let mut engine = engine(&plan);
    assert!(engine.momentum().unwrap().is_empty());
    engine.train_step(samples.batch(), &TrainStep::default()).unwrap();
    assert!(engine.momentum().unwrap().is_empty(), "momentum of 0 keeps nothing");
    engine.train_step(samples.batch(), &step(1)).unwrap();
    let trained = plan.parameters().filter(|(_, spec)| spec.role.is_trained());
    assert!(
        trained.map(|(name, _)| name).all(|name| engine.momentum().unwrap().contains_key(&name))
    );

    // Starting anew is what an engine without momentum does.
    let mut fresh = create(plan, ConvSettings::default(), &engine.weights().unwrap(), |_| {
        UpdateScale::default()
    })
    .unwrap();
    engine.load_momentum(&StateDict::new()).unwrap();
    engine.train_step(samples.batch(), &step(2)).unwrap();
    fresh.train_step(samples.batch(), &step(2)).unwrap();
    assert_eq!(learnt(&*engine), learnt(&*fresh));
}

#[test]
fn evaluation_repeats_and_leaves_training_alone() {
    let plan = plan(0.5);
    let (samples, others) = (Samples::new(5, 0), Samples::new(9, 1));
    let mut evaluated = engine(&plan);
    let before = learnt(&*evaluated);
    let first = evaluated.evaluate(samples.batch(), Weights::Current).unwrap();
    let logits = evaluated.logits().to_vec();
    evaluated.evaluate(others.batch(), Weights::Current).unwrap();
    assert_eq!(evaluated.evaluate(samples.batch(), Weights::Current).unwrap(), first);
    assert_eq!(evaluated.logits(), logits);
    assert_eq!(learnt(&*evaluated), before);

    let mut trained = engine(&plan);
    trained.train_step(samples.batch(), &step(0)).unwrap();
    evaluated.train_step(samples.batch(), &step(0)).unwrap();
    assert_eq!(learnt(&*evaluated), learnt(&*trained));
}

#[test]
fn training_lowers_the_loss() {
    let samples = Samples::new(12, 0);
    let mut engine = engine(&plan(0.0));
    let first = engine.evaluate(samples.batch(), Weights::Current).unwrap().loss_sum;
    (0..60).for_each(|number| {
        engine.train_step(samples.batch(), &step(number)).unwrap();
    });
    let last = engine.evaluate(samples.batch(), Weights::Current).unwrap();
    assert!(last.loss_sum < 0.5 * first, "{} after {first}", last.loss_sum);
    assert!(last.correct > 8, "{last:?}");
}

/// What dropout lets through: the scores of a network that is only its mask,
/// `ahead` layers before it doing nothing.
fn mask(ahead: usize, step: TrainStep) -> Vec<f32> {
    const CHANNELS: usize = 256;
    let mut specs = vec![LayerSpec::GlobalAvgPool2d; ahead];
    specs.extend([dropout(0.5), LayerSpec::GlobalAvgPool2d]);
    let plan = Plan::new([CHANNELS, 1, 1], named(specs)).unwrap();
    let mut engine = engine(&plan);
    let batch = Batch::prepared(&[1.0; CHANNELS], &[0]);
    engine.evaluate(batch, Weights::Current).unwrap();
    assert_eq!(engine.logits(), [1.0; CHANNELS], "evaluation drops nothing");
    engine.train_step(batch, &step).unwrap();
    engine.logits().to_vec()
}

#[test]
fn the_mask_depends_on_seed_step_and_layer_alone() {
    let reference = mask(0, step(5));
    assert!(reference.iter().all(|&value| value == 0.0 || value == 2.0));
    // 256 fair coins: 128 ± 8.
    let kept = reference.iter().filter(|&&value| value == 2.0).count();
    assert!((88..168).contains(&kept), "{kept} of 256 kept");
    assert_eq!(mask(0, step(5)), reference);
    assert_ne!(mask(0, step(6)), reference, "another step");
    assert_ne!(mask(1, step(5)), reference, "another layer");
    assert_ne!(mask(0, TrainStep { seed: 43, ..step(5) }), reference, "another seed");
}

#[test]
fn a_parameter_moves_by_its_factors() {
    let (plan, samples) = (plan(0.0), Samples::new(4, 0));
    let scale = |name: &str| UpdateScale {
        lr: if name.ends_with("bias") { 0.0 } else { 1.0 },
        weight_decay: 0.0,
    };
    let mut engine = create(plan.clone(), ConvSettings::default(), &weights(&plan), scale).unwrap();
    let before = engine.weights().unwrap();
    // A decay that would shrink every weight to less than nothing.
    let mut step = step(0);
    step.sgd.weight_decay = 100.0;
    engine.train_step(samples.batch(), &step).unwrap();
    let after = engine.weights().unwrap();
    for ((name, before), (_, after)) in bits(&before).into_iter().zip(bits(&after)) {
        assert_eq!(before == after, name.ends_with("bias"), "{name}");
        let pairs = before.into_iter().zip(after);
        let floats = pairs.map(|(a, b)| (f32::from_bits(a), f32::from_bits(b)));
        let moved = floats.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(moved < 1.0, "{name} moved by {moved}: weight decay without its factor");
    }
}
