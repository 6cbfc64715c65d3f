//! Trainings that learn nothing.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

mod common;

use std::fs;

use common::{Runs, metrics, resume, start};
use nin_model::config::{InitKind, NormKind};
use nin_trainer::{Config, OnDead, TrainError};

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
