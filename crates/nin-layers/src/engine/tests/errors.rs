//! What an engine refuses, and that it then has not changed.

use candle_core::{Device, Tensor};

use super::{INPUT, Samples, create, engine, learnt, named, plan, step, weights};
use crate::engine::{Batch, Engine, UpdateScale, Weights};
use crate::{
    BatchNormSpec, Conv2dSpec, ConvSettings, LayerError, LayerSpec, Plan, StateDict, Window,
};

/// An engine that has taken a step, so that there is momentum to lose.
fn started() -> Box<dyn Engine> {
    let mut engine = engine(&plan(0.0));
    engine.train_step(Samples::new(4, 0).batch(), &step(0)).unwrap();
    engine
}

/// The message of what `run` refuses, having changed nothing.
#[track_caller]
fn refused<T>(
    engine: &mut dyn Engine,
    run: impl Fn(&mut dyn Engine) -> Result<T, LayerError>,
) -> String {
    let before = learnt(engine);
    let Err(error) = run(engine) else { panic!("nothing was refused") };
    assert!(learnt(engine) == before, "{error}, but something has changed");
    error.to_string()
}

#[test]
fn batches_that_do_not_fit() {
    let mut engine = started();
    let samples = Samples::new(4, 1);
    let Samples { images, labels } = &samples;
    for (batch, message) in [
        (Batch::prepared(images, &[0, 1, 3, 2]), "label 3, want 0..2"),
        (
            Batch::prepared(&images[1..], labels),
            "batch of 4 labels and 575 numbers, wanted 144 an image",
        ),
        (
            Batch::prepared(images, &labels[..3]),
            "batch of 3 labels and 576 numbers, wanted 144 an image",
        ),
        (Batch::prepared(&[], &[]), "batch of 0 labels and 0 numbers, wanted 144 an image"),
    ] {
        assert_eq!(refused(&mut *engine, |engine| engine.train_step(batch, &step(1))), message);
        assert_eq!(
            refused(&mut *engine, |engine| engine.evaluate(batch, Weights::Current)),
            message
        );
    }
}

#[test]
fn a_batch_too_large_to_count() {
    let side = 1 << (usize::BITS / 2 - 1);
    let plan = Plan::new([1, side, side], named(vec![LayerSpec::GlobalAvgPool2d])).unwrap();
    let mut engine = engine(&plan);
    // Their product with the pixels is 2^64, which wraps to 0.
    let batch = Batch::prepared(&[], &[0; 4]);
    assert!(engine.evaluate(batch, Weights::Current).is_err());
}

#[test]
fn one_value_a_channel_has_no_variance() {
    let norm = LayerSpec::BatchNorm2d(BatchNormSpec::default());
    let specs = vec![norm, norm, LayerSpec::GlobalAvgPool2d];
    let mut engine = engine(&Plan::new([2, 1, 1], named(specs)).unwrap());
    let batch = Batch::prepared(&[1.0, 2.0], &[0]);
    let message = refused(&mut *engine, |engine| engine.train_step(batch, &step(0)));
    assert_eq!(message, "rows of a batch norm batch must be at least 2, got 1");
    engine.evaluate(batch, Weights::Current).unwrap();
}

#[test]
fn a_loss_that_is_not_finite() {
    for poison in [f32::NAN, f32::INFINITY] {
        let mut engine = started();
        let mut samples = Samples::new(4, 1);
        samples.images[5] = poison;
        let train = |engine: &mut dyn Engine| engine.train_step(samples.batch(), &step(1));
        assert_eq!(refused(&mut *engine, train), "loss is not finite");
        let evaluate = |engine: &mut dyn Engine| engine.evaluate(samples.batch(), Weights::Current);
        assert_eq!(refused(&mut *engine, evaluate), "loss is not finite");
        // And the engine works on.
        engine.train_step(Samples::new(4, 1).batch(), &step(1)).unwrap();
    }
}

#[test]
fn a_gradient_that_is_not_finite() {
    let specs = vec![
        LayerSpec::Conv2d(Conv2dSpec::cccp(1)),
        LayerSpec::Conv2d(Conv2dSpec::cccp(2)),
        LayerSpec::GlobalAvgPool2d,
    ];
    let plan = Plan::new([1, 1, 1], named(specs)).unwrap();
    let mut engine = engine(&plan);
    let tensor =
        |values: &[f32], shape: &[usize]| Tensor::from_slice(values, shape, &Device::Cpu).unwrap();
    // The scores are 3e38 · 1e-38 · (30, 20) = (90, 60), and the loss 30; the
    // first weight's gradient is 3e38 · (30 − 20).
    let state = [
        ("net.0.bias", tensor(&[0.0], &[1])),
        ("net.0.weight", tensor(&[1e-38], &[1, 1, 1, 1])),
        ("net.1.bias", tensor(&[0.0; 2], &[2])),
        ("net.1.weight", tensor(&[30.0, 20.0], &[2, 1, 1, 1])),
    ];
    engine.load_weights(&state.map(|(name, tensor)| (name.to_owned(), tensor)).into()).unwrap();
    let batch = Batch::prepared(&[3e38], &[1]);
    let message = refused(&mut *engine, |engine| engine.train_step(batch, &step(0)));
    assert_eq!(message, "gradient of net.0.weight is not finite");
    engine.evaluate(batch, Weights::Current).unwrap();
}

#[test]
fn optimiser_settings_out_of_range() {
    let mut engine = started();
    let samples = Samples::new(4, 1);
    let mut nan = step(1);
    nan.sgd.lr = f64::NAN;
    let message = refused(&mut *engine, |engine| engine.train_step(samples.batch(), &nan));
    assert_eq!(message, "lr must be finite and at least 0, got NaN");

    let plan = plan(0.0);
    let scale = |name: &str| match name {
        "net.5.bias" => UpdateScale { lr: -1.0, weight_decay: 1.0 },
        _ => UpdateScale::default(),
    };
    let Err(error) = create(plan.clone(), ConvSettings::default(), &weights(&plan), scale) else {
        panic!("a negative factor")
    };
    assert!(error.to_string().starts_with("factors of net.5.bias must be"), "{error}");
}

/// What a state is refused for, by name, in what was put wrong with it.
fn wrong_states(right: &StateDict) -> Vec<(StateDict, &'static str)> {
    let with = |name: &str, tensor: Option<Tensor>| {
        let mut state = right.clone();
        match tensor {
            Some(tensor) => state.insert(name.to_owned(), tensor),
            None => state.remove(name),
        };
        state
    };
    let tensor = |values: &[f32]| Some(Tensor::new(values, &Device::Cpu).unwrap());
    vec![
        (with("net.5.bias", None), "tensor net.5.bias is missing"),
        (with("net.9.bias", tensor(&[0.0])), "tensor net.9.bias does not belong to the network"),
        (with("net.5.bias", tensor(&[0.0; 7])), "tensor net.5.bias has shape [7], wanted [6]"),
        (with("net.8.bias", tensor(&[0.0, f32::NAN, 0.0])), "tensor net.8.bias is not finite"),
        (with("net.8.bias", tensor(&[0.0, 0.0, f32::INFINITY])), "tensor net.8.bias is not finite"),
    ]
}

#[test]
fn states_that_do_not_fit() {
    let mut engine = started();
    let plan = plan(0.0);
    // Other numbers than the engine's: a load that stops half-way would show.
    let initial = weights(&plan);
    for (state, message) in wrong_states(&initial) {
        assert_eq!(refused(&mut *engine, |engine| engine.load_weights(&state)), message);
        let created =
            create(plan.clone(), ConvSettings::default(), &state, |_| UpdateScale::default());
        assert_eq!(created.err().unwrap().to_string(), message);
    }
    let mut momentum = initial;
    momentum.retain(|name, _| !name.contains("running"));
    for (state, message) in wrong_states(&momentum) {
        assert_eq!(refused(&mut *engine, |engine| engine.load_momentum(&state)), message);
    }
}

#[test]
fn weights_are_asked_for_before_memory_is() {
    let window = Window { kernel_size: 1 << 20, stride: 1, padding: 1 << 20 };
    let conv = Conv2dSpec { window, ..Conv2dSpec::cccp(1 << 10) };
    let specs = vec![LayerSpec::Conv2d(conv), LayerSpec::GlobalAvgPool2d];
    let plan = Plan::new(INPUT, named(specs)).unwrap();
    let created =
        create(plan, ConvSettings::default(), &StateDict::new(), |_| UpdateScale::default());
    assert!(matches!(created, Err(LayerError::MissingTensor { .. })));
}
