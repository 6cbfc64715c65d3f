//! A test of what a training has left gives what the training ended with.

use std::path::PathBuf;

use crate::common::{Runs, metrics, quiet, resume, start, write_idx};
use candle_core::Tensor;
use nin_dataset::{Contrast, Statistic, Whitening};
use nin_layers::StateDict;
use nin_model::{ModelInfo, checkpoint};
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

/// The tensors of a state that are behind `kind`, by their own names.
fn of_state(state: &std::path::Path, kind: &str) -> StateDict {
    let tensors = candle_core::safetensors::load(state, &candle_core::Device::Cpu).unwrap();
    let of_kind =
        |(name, tensor): (String, Tensor)| Some((name.strip_prefix(kind)?.into(), tensor));
    tensors.into_iter().filter_map(of_kind).collect()
}

fn bits(state: &StateDict) -> Vec<Vec<u32>> {
    let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    state.values().map(|tensor| values(tensor).into_iter().map(f32::to_bits).collect()).collect()
}

#[test]
fn a_checkpoint_holds_the_averages_and_knows_that_flips_are_averaged() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 1;
    config.optimizer.ema_decay = 0.9;
    config.augment.average_flips = true;
    let trained = start(&config).unwrap().unwrap();
    let path = runs.path("run/checkpoints/1.safetensors");
    let tested = run(&request(path.clone())).unwrap();
    assert_close(tested, trained);

    let bytes = std::fs::read(&path).unwrap();
    let (weights, info) = checkpoint::read_weights(&bytes).unwrap();
    let mut info = info.unwrap();
    assert!(info.average_flips);
    let state = runs.path("run/checkpoints/state-1.safetensors");
    assert_eq!(bits(&weights), bits(&of_state(&state, "averages.")));
    let trained_weights = of_state(&state, "weights.");
    assert_ne!(bits(&weights), bits(&trained_weights));

    // Either one left out gives another result.
    let other = |weights: &StateDict, info: &ModelInfo| {
        let path = runs.path("other.safetensors");
        std::fs::write(&path, checkpoint::to_bytes(weights, info).unwrap()).unwrap();
        run(&request(path)).unwrap().loss
    };
    assert!((other(&trained_weights, &info) - trained.loss).abs() > 1e-4);
    info.average_flips = false;
    assert!((other(&weights, &info) - trained.loss).abs() > 1e-4);
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
fn a_checkpoint_knows_contrast_and_whitening_of_its_pictures() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    (config.data.contrast, config.data.whitening) = (Contrast::Global, Whitening::Zca);
    (config.data.mean, config.data.std) = (Statistic::Same(0.0), Statistic::Same(1.0));
    let trained = start(&config).unwrap().unwrap();
    let moved = runs.path("moved.safetensors");
    std::fs::copy(runs.path("run/checkpoints/3.safetensors"), &moved).unwrap();
    assert_close(run(&request(moved.clone())).unwrap(), trained);
    // Other pictures would be whitened otherwise.
    let other = runs.tiny_of("other", 30).data.dataset;
    let error = run(&TestRequest { dataset: Some(other), ..request(moved) }).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("the whitening of this checkpoint"), "{error}");
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
fn a_checkpoint_knows_that_its_pictures_are_transposed() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.data.transpose = true;
    let trained = start(&config).unwrap().unwrap();
    assert_close(run(&request(runs.path("run"))).unwrap(), trained);
    let copy = runs.path("copy.safetensors");
    std::fs::copy(runs.path("run/checkpoints/3.safetensors"), &copy).unwrap();
    assert_close(run(&request(copy)).unwrap(), trained);

    let upright = start(&runs.tiny("upright")).unwrap().unwrap();
    assert_ne!(upright.loss, trained.loss, "the pictures are not symmetric");
}

#[test]
fn an_empty_part_is_no_result() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.data.val = 0.0;
    start(&config).unwrap();
    let request = TestRequest { split: Part::Val, ..request(runs.path("run")) };
    let error = run(&request).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("no validation part"), "{error}");
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

/// A copy of a run's last checkpoint with other numbers.
fn changed(runs: &Runs, change: impl Fn(&str, Tensor) -> Tensor) -> PathBuf {
    let bytes = std::fs::read(runs.path("run/checkpoints/3.safetensors")).unwrap();
    let (weights, info): (StateDict, ModelInfo) = checkpoint::from_bytes(&bytes).unwrap();
    let weights =
        weights.into_iter().map(|(name, tensor)| (name.clone(), change(&name, tensor))).collect();
    let path = runs.path("changed.safetensors");
    std::fs::write(&path, checkpoint::to_bytes(&weights, &info).unwrap()).unwrap();
    path
}

#[test]
fn scores_that_are_all_equal_have_the_loss_of_a_guess() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let zero = changed(&runs, |_, tensor| tensor.zeros_like().unwrap());
    for batch_size in [1, 7, 100] {
        let request = TestRequest { batch_size: Some(batch_size), ..request(zero.clone()) };
        let result = run(&request).unwrap();
        assert!((result.loss - 10_f64.ln()).abs() < 1e-6, "{}", result.loss);
        // Ties go to the lowest class.
        assert_eq!(result.accuracy, 0.1);
    }
}

#[test]
fn numbers_that_are_not_finite_are_the_checkpoint_s_fault() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let error = |path: PathBuf| {
        let error = run(&request(path)).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{error}");
        error.to_string()
    };
    for wrong in [f64::NAN, f64::INFINITY] {
        let path = changed(&runs, |name, tensor| match name {
            "net.0.0.weight" => (tensor * wrong).unwrap(),
            _ => tensor,
        });
        let text = error(path);
        assert!(
            text.ends_with("changed.safetensors: tensor net.0.0.weight is not finite"),
            "{text}"
        );
    }
    // Each number is finite, what comes of them is not.
    let text = error(changed(&runs, |_, tensor| (tensor * 1e30).unwrap()));
    assert!(text.ends_with("changed.safetensors: loss is not finite"), "{text}");
}

#[test]
fn an_interrupted_test_is_no_run_to_resume() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let interrupt = Interrupt::default();
    interrupt.ask(2);
    let error = test(&request(runs.path("run")), &quiet(), &interrupt).unwrap_err();
    assert_eq!((error.exit_code(), error.to_string()), (130, "interrupted".to_owned()));
}
