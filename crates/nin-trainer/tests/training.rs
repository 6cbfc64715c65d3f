//! What a training does and leaves behind.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

mod common;

use std::fs;

use common::{Runs, metrics, quiet, start, weights, write_idx};
use nin_trainer::{
    Config, Interrupt, Part, Start, TestRequest, TestResult, TrainError, test, train,
};

#[test]
fn threads_change_no_bit_and_seeds_do() {
    let runs = Runs::new();
    let run = |name: &str, threads, seed| {
        let mut config = runs.config(name);
        (config.compute.threads, config.run.seed, config.schedule.max_epoch) = (threads, seed, 1);
        start(&config).unwrap();
        weights(&runs.path(name), 1)
    };
    let one = run("one", 1, 42);
    assert_eq!(one, run("two", 2, 42));
    assert_eq!(one, run("three", 3, 42));
    assert_ne!(one, run("other", 2, 43));
    assert_ne!(run("zero", 2, 0), run("largest", 2, u64::MAX));
    let text = fs::read_to_string(runs.path("largest/config.toml")).unwrap();
    assert_eq!(toml::from_str::<Config>(&text).unwrap().run.seed, u64::MAX);
}

#[test]
fn the_test_of_a_run_gives_what_its_training_ended_with() {
    let runs = Runs::new();
    let trained = start(&runs.config("run")).unwrap().unwrap();
    assert_eq!(trained.samples, 1000);
    let run = |split, model_path, batch_size| {
        let request = TestRequest {
            model_path,
            split,
            batch_size: Some(batch_size),
            ..TestRequest::default()
        };
        test(&request, &quiet(), &Interrupt::default()).unwrap()
    };
    let close = |a: TestResult, b: TestResult| {
        assert_eq!((a.samples, a.accuracy), (b.samples, b.accuracy));
        assert!((a.loss - b.loss).abs() < 1e-5, "{} {}", a.loss, b.loss);
    };
    for batch_size in [1, 7, 64, 2000] {
        close(run(Part::Test, runs.path("run"), batch_size), trained);
    }
    close(run(Part::Test, runs.path("run/checkpoints/3.safetensors"), 100), trained);
    let val = run(Part::Val, runs.path("run"), 100);
    let row = metrics(&runs.path("run"))[2];
    assert_eq!((val.samples, Some(val.accuracy)), (1200, row.val_accuracy));
}

#[test]
fn contradictions_of_a_checkpoint_are_usage_errors() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 1;
    start(&config).unwrap();
    let request = TestRequest { model_path: runs.path("run"), ..TestRequest::default() };
    for request in [
        TestRequest { image_size: Some(28), ..request.clone() },
        TestRequest { num_classes: Some(11), ..request.clone() },
    ] {
        let error = test(&request, &quiet(), &Interrupt::default()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().contains("contradicts the checkpoint"), "{error}");
    }
}

#[test]
fn the_best_checkpoint_is_the_first_best_epoch() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 5;
    start(&config).unwrap();
    let rows = metrics(&runs.path("run"));
    let best = rows.iter().max_by(|a, b| {
        // Of equals `max_by` takes the last; the earlier epoch must win.
        a.val_accuracy.partial_cmp(&b.val_accuracy).unwrap().then(b.epoch.cmp(&a.epoch))
    });
    let bytes = fs::read(runs.path("run/checkpoints/best.safetensors")).unwrap();
    assert_eq!(bytes, weights(&runs.path("run"), best.unwrap().epoch as usize));
}

#[test]
fn the_plateau_s_cuts_end_the_training() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    (config.schedule.max_epoch, config.schedule.max_reduce) = (20, 2);
    start(&config).unwrap();
    let rates: Vec<f64> = metrics(&runs.path("run")).iter().map(|row| row.lr).collect();
    assert_eq!(rates.len(), 3);
    assert_eq!((rates[0], rates[1]), (0.1, 0.1));
    assert!((rates[2] - 0.01).abs() < 1e-12);
}

#[test]
fn a_diverging_run_ends_with_its_own_code_and_keeps_what_was_good() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.optimizer.lr = 1e30;
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert!(matches!(error, TrainError::Diverged { epoch: 1, .. }), "{error}");
    assert!(!runs.path("run/checkpoints/1.safetensors").exists());
}

#[test]
fn a_folder_of_idx_files_without_validation_and_with_a_batch_larger_than_it() {
    let runs = Runs::new();
    write_idx(&runs.path("idx"), 40, 20);
    let mut config = runs.config("run");
    config.data.dataset = runs.path("idx").display().to_string().parse().unwrap();
    (config.data.val, config.data.image_size, config.schedule.max_epoch) = (0.0, 8, 2);
    let result = start(&config).unwrap().unwrap();
    assert_eq!(result.samples, 20);
    for row in metrics(&runs.path("run")) {
        assert_eq!((row.val_loss, row.val_accuracy), (None, None));
        assert!(row.train_loss.is_finite() && row.train_loss > 0.0);
    }
    assert!(runs.path("run/checkpoints/best.safetensors").exists());
}

#[test]
fn other_weights_can_be_the_start_if_they_fit() {
    let runs = Runs::new();
    let mut config = runs.config("first");
    config.schedule.max_epoch = 1;
    start(&config).unwrap();
    let file = runs.path("first/checkpoints/1.safetensors");
    let mut second = runs.config("second");
    second.schedule.max_epoch = 1;
    let begin = Start::Weights(file);
    train(&second, &begin, &quiet(), &Interrupt::default()).unwrap();
    let loss = |name: &str| metrics(&runs.path(name))[0].train_loss;
    assert!(loss("second") < loss("first"), "{} {}", loss("second"), loss("first"));

    let mut wider = runs.config("wider");
    wider.model.blocks[0].layers[0].channels = nin_model::config::Channels::Count(9);
    let error = train(&wider, &begin, &quiet(), &Interrupt::default()).unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
    assert!(error.to_string().contains("net.0.0."), "{error}");
    assert!(!runs.path("wider").exists(), "a run that cannot start leaves no folder");
}
