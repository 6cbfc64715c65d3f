//! Trainings that learn nothing.

use std::fs;
use std::path::Path;

use crate::common::{Runs, metrics, resume, start};
use nin_model::config::{InitKind, NormKind};
use nin_trainer::{Config, ConfigSource, OnDead, TrainError};

/// A network that starts from zeros behind a last ReLU: all of its maps are dead.
fn dead(runs: &Runs, name: &str) -> Config {
    let mut config = runs.tiny(name);
    (config.model.norm, config.model.last_relu) = (NormKind::None, true);
    (config.model.init, config.model.init_std) = (InitKind::Normal, 0.0);
    config
}

#[test]
fn a_dead_training_can_be_ended_after_its_first_epoch() {
    let runs = Runs::new();
    let mut config = dead(&runs, "run");
    config.run.on_dead = OnDead::Stop;
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(matches!(error, TrainError::Dead { epoch: 1, .. }), "{error}");
    let text = error.to_string();
    for part in [
        "epoch 1: the network is dead: the loss stays at ln(10) = 2.3026",
        "over the last 5 of 5 batches",
        "10 of 10 classes have a score of 0 for every training picture",
        "model.init = \"kaiming-normal-fan-out\"",
        "model.last_relu = false",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    // The epoch is kept, and with another setting the run goes on.
    assert_eq!(metrics(&runs.path("run")).len(), 1);
    config.run.on_dead = OnDead::Warn;
    resume(&config, &runs.path("run")).unwrap();
    assert_eq!(metrics(&runs.path("run")).len(), 3);
}

#[test]
fn a_training_that_learns_is_not_found_dead() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.run.on_dead = OnDead::Stop;
    start(&config).unwrap();
    let log = fs::read_to_string(runs.path("run/train.log")).unwrap();
    assert!(!log.contains("dead"), "{log}");
}

/// The attempt on MNIST that the original program's author gave up, on a few
/// pictures, and what makes it train.
#[test]
fn the_complete_network_is_dead_from_pytorchs_default_start_and_not_from_ours() {
    let runs = Runs::new();
    let preset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/mnist-224.toml");
    let run = |name: &str, init| {
        let mut config = ConfigSource::read(&preset).unwrap().resolve().unwrap();
        config.run.model_base_path = Some(runs.path(name));
        config.data.dataset = runs.tiny(name).data.dataset;
        config.model.init = init;
        (config.optimizer.lr, config.optimizer.momentum) = (0.03, 0.0);
        (config.optimizer.batch_size, config.schedule.max_epoch) = (16, 1);
        start(&config)
    };
    let error = run("default", InitKind::PytorchDefault).unwrap_err();
    assert!(matches!(error, TrainError::Dead { epoch: 1, .. }), "{error}");
    assert!(error.to_string().contains("of 10 classes have a score of 0"), "{error}");
    run("kaiming", InitKind::KaimingNormalFanOut).unwrap();
}
