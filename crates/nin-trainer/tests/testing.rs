//! A test of what a training has left gives what the training ended with.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

mod common;

use std::path::PathBuf;

use common::{Runs, metrics, quiet, resume, start, write_idx};
use nin_trainer::{Interrupt, Part, TestRequest, TestResult, TrainError, test};

fn request(model_path: PathBuf) -> TestRequest {
    TestRequest { model_path, ..TestRequest::default() }
}

fn run(request: &TestRequest) -> Result<TestResult, TrainError> {
    test(request, &quiet(), &Interrupt::default())
}

/// Sums of f32 differ in their order only.
fn assert_close(a: TestResult, b: TestResult) {
    assert_eq!((a.samples, a.accuracy), (b.samples, b.accuracy));
    assert!((a.loss - b.loss).abs() < 1e-5, "{} {}", a.loss, b.loss);
}

#[test]
fn a_run_and_its_last_checkpoint_give_the_final_result_at_any_batch_size() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 1;
    let trained = start(&config).unwrap().unwrap();
    assert_eq!(trained.samples, 1000);
    for batch_size in [1, 7, 20, 64, 2000] {
        let request = TestRequest { batch_size: Some(batch_size), ..request(runs.path("run")) };
        assert_close(run(&request).unwrap(), trained);
    }
    let checkpoint = request(runs.path("run/checkpoints/1.safetensors"));
    let first = run(&checkpoint).unwrap();
    assert_close(first, trained);
    // Nothing random is left in a test: no dropout, no statistic that moves.
    assert_eq!(run(&checkpoint).unwrap(), first);
    assert_eq!(run(&TestRequest { threads: 1, ..checkpoint }).unwrap(), first);
}

#[test]
fn the_validation_part_is_the_one_of_the_training() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    start(&config).unwrap();
    let part = |split| run(&TestRequest { split, ..request(runs.path("run")) }).unwrap();
    let (val, train) = (part(Part::Val), part(Part::Train));
    assert_eq!((val.samples, train.samples), (10, 30));
    let row = metrics(&runs.path("run"))[2];
    let recorded =
        TestResult { loss: row.val_loss.unwrap(), accuracy: row.val_accuracy.unwrap(), ..val };
    assert_close(val, recorded);

    // Also after a resume: the state that knows the division has moved on.
    config.schedule.max_epoch = 4;
    resume(&config, &runs.path("run")).unwrap();
    let row = metrics(&runs.path("run"))[3];
    assert_eq!(part(Part::Val).accuracy, row.val_accuracy.unwrap());
}

#[test]
fn a_checkpoint_outside_of_its_run_has_no_validation_part() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let moved = runs.path("moved.safetensors");
    std::fs::copy(runs.path("run/checkpoints/3.safetensors"), &moved).unwrap();
    let whole = run(&request(runs.path("run"))).unwrap();
    assert_eq!(run(&request(moved.clone())).unwrap(), whole);
    let error = run(&TestRequest { split: Part::Val, ..request(moved) }).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("inside its run's folder"), "{error}");
}

#[test]
fn settings_that_contradict_the_checkpoint_are_usage_errors() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let request = request(runs.path("run"));
    for (request, wanted) in [
        (
            TestRequest { image_size: Some(28), ..request.clone() },
            "image_size = 28 contradicts the checkpoint, which has 8",
        ),
        (
            TestRequest { num_classes: Some(11), ..request.clone() },
            "num_classes = 11 contradicts the checkpoint, which has 10",
        ),
    ] {
        let error = run(&request).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert_eq!(error.to_string(), wanted);
    }
    let same = TestRequest { image_size: Some(8), num_classes: Some(10), ..request };
    run(&same).unwrap();
}

#[test]
fn another_data_set_can_be_tested_on_even_with_a_class_missing() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    write_idx(&runs.path("nine"), 40, 9);
    let dataset = runs.path("nine").display().to_string().parse().unwrap();
    let request = TestRequest { dataset: Some(dataset), ..request(runs.path("run")) };
    let result = run(&request).unwrap();
    assert_eq!(result.samples, 9);
    assert!(result.loss.is_finite());
}

#[test]
fn what_is_no_checkpoint_is_named() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    std::fs::create_dir_all(runs.path("empty/checkpoints")).unwrap();
    for (name, problem) in [
        ("nothing", if cfg!(unix) { "No such file" } else { "" }),
        ("40 pictures", "not a run folder"),
        ("empty", "no checkpoint"),
        ("run/metrics.csv", "not a safetensors file"),
        ("run/checkpoints/state-3.safetensors", "metadata"),
    ] {
        let error = run(&request(runs.path(name))).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{error}");
        let text = error.to_string();
        assert!(text.contains(name) && text.contains(problem), "{text}");
    }
}

#[test]
fn an_interrupted_test_is_no_run_to_resume() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let interrupt = Interrupt::default();
    interrupt.flag().store(2, std::sync::atomic::Ordering::Relaxed);
    let error = test(&request(runs.path("run")), &quiet(), &interrupt).unwrap_err();
    assert_eq!((error.exit_code(), error.to_string()), (130, "interrupted".to_owned()));
}
