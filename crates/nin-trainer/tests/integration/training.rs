//! What a training does and leaves behind.

use std::fs;

use crate::common::{Runs, files, is_finite, metrics, quiet, resume, start, weights};
use nin_schedule::{Anneal, Monitor, ScheduleKind};
use nin_trainer::{Config, Interrupt, Start, TrainError, train};

#[test]
fn a_run_folder_holds_everything_of_the_run() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.schedule.max_epoch = 12;
    start(&config).unwrap();
    let run = runs.path("run");
    let mut names: Vec<String> = files(&run)
        .into_iter()
        .map(|(path, content)| {
            let may_be_empty = path.ends_with("train.log") || path.ends_with(".lock");
            assert!(!content.is_empty() || may_be_empty, "{}", path.display());
            path.strip_prefix(&run).unwrap().display().to_string().replace('\\', "/")
        })
        .collect();
    // The events file has time and process in its name.
    for name in &mut names {
        if name.starts_with("events.out.tfevents.") {
            name.truncate("events.out.tfevents".len());
        }
    }
    let mut wanted: Vec<String> = [
        ".lock",
        "config.toml",
        "curves.png",
        "curves.svg",
        "events.out.tfevents",
        "metrics.csv",
        "network.svg",
        "train.log",
        "checkpoints/best.safetensors",
        "checkpoints/state-12.safetensors",
    ]
    .map(str::to_owned)
    .into();
    wanted.extend((3..=12).map(|epoch| format!("checkpoints/{epoch}.safetensors")));
    names.sort();
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn the_saved_configuration_starts_the_same_run_elsewhere() {
    let runs = Runs::new();
    let config = runs.tiny("run");
    start(&config).unwrap();
    let text = fs::read_to_string(runs.path("run/config.toml")).unwrap();
    let mut again: Config = toml::from_str(&text).unwrap();
    assert_eq!(again.run.model_base_path, None);
    again.run.model_base_path = config.run.model_base_path.clone();
    assert_eq!(again, config);
    again.run.model_base_path = Some(runs.path("again"));
    start(&again).unwrap();
    assert_eq!(weights(&runs.path("again"), 3), weights(&runs.path("run"), 3));
    assert_eq!(metrics(&runs.path("again")), metrics(&runs.path("run")));
}

#[test]
fn a_used_folder_is_refused_and_keeps_what_it_holds() {
    let runs = Runs::new();
    let config = runs.tiny("run");
    start(&config).unwrap();
    fs::write(runs.path("run/notes.txt"), "mine").unwrap();
    let before = files(&runs.path("run"));
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("is not empty; name another folder"), "{error}");
    assert!(files(&runs.path("run")) == before);
}

#[test]
fn a_run_that_cannot_start_leaves_no_folder() {
    let runs = Runs::new();
    let refused = |change: &dyn Fn(&mut Config), code| {
        let mut config = runs.tiny("run");
        change(&mut config);
        let error = start(&config).unwrap_err();
        assert_eq!(error.exit_code(), code, "{error}");
        assert!(!runs.path("run").exists(), "{error}");
        error.to_string()
    };
    let text = refused(&|config| config.data.dataset = "/no/such/set".parse().unwrap(), 3);
    assert!(text.contains("/no/such/set"), "{text}");
    let text = refused(&|config| config.data.num_classes = 4, 3);
    assert!(text.contains("label"), "{text}");
    let text = refused(&|config| config.model.in_channels = 3, 2);
    assert!(text.contains("in_channels"), "{text}");
    let text = refused(&|config| config.optimizer.momentum = -1.0, 2);
    assert!(text.contains("momentum"), "{text}");
    let text = refused(&|config| config.optimizer.batch_size = 0, 2);
    assert!(text.contains("batch_size"), "{text}");
    let text = refused(&|config| config.schedule.max_epoch = 0, 2);
    assert!(text.contains("max_reduce = 0"), "{text}");
}

#[test]
fn unusual_paths_are_paths() {
    let runs = Runs::new();
    let mut names: Vec<std::ffi::OsString> =
        [" a b ", "%d", "-dash", "ünï", "a;b&c"].map(Into::into).into();
    names.push("x".repeat(200).into());
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        names.push(std::ffi::OsString::from_vec(b"d\xff '\"\n".to_vec()));
    }
    let mut config = runs.tiny("run");
    config.schedule.max_epoch = 1;
    for name in names {
        let run = runs.path("").join(&name);
        config.run.model_base_path = Some(run.clone());
        start(&config).unwrap_or_else(|error| panic!("{}: {error}", run.display()));
        let mut longer = nin_trainer::resumed_config(&run).unwrap();
        longer.schedule.max_epoch = 2;
        resume(&longer, &run).unwrap();
        assert_eq!(metrics(&run).len(), 2);
    }
}

#[test]
fn epochs_are_as_many_as_asked_for_and_one_changes_every_weight_tensor() {
    let runs = Runs::new();
    for max_epoch in [1, 3] {
        let name = max_epoch.to_string();
        let mut config = runs.tiny(&name);
        config.schedule.max_epoch = max_epoch;
        start(&config).unwrap();
        let epochs: Vec<u32> = metrics(&runs.path(&name)).iter().map(|row| row.epoch).collect();
        assert_eq!(epochs, (1..=max_epoch as u32).collect::<Vec<_>>());
    }
    let load = |path| candle_core::safetensors::load(path, &candle_core::Device::Cpu).unwrap();
    let first = load(runs.path("3/checkpoints/1.safetensors"));
    for (name, later) in load(runs.path("3/checkpoints/3.safetensors")) {
        let values =
            |tensor: &candle_core::Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_ne!(values(&first[&name]), values(&later), "{name}");
    }
}

#[test]
fn the_best_checkpoint_is_the_first_best_epoch() {
    let runs = Runs::new();
    for monitor in [Monitor::ValAccuracy, Monitor::ValLoss, Monitor::TrainAccuracy] {
        let name = monitor.to_string();
        let mut config = runs.tiny(&name);
        (config.schedule.max_epoch, config.schedule.monitor) = (8, monitor);
        start(&config).unwrap();
        let value = |row: &nin_trainer::record::EpochRecord| match monitor {
            Monitor::ValAccuracy => row.val_accuracy.unwrap(),
            Monitor::ValLoss => -row.val_loss.unwrap(),
            Monitor::TrainAccuracy => row.train_accuracy,
        };
        let rows = metrics(&runs.path(&name));
        let mut best = rows[0];
        for row in rows {
            if value(&row) > value(&best) {
                best = row;
            }
        }
        let file = runs.path(&name).join("checkpoints/best.safetensors");
        let epoch = best.epoch as usize;
        assert!(fs::read(file).unwrap() == weights(&runs.path(&name), epoch), "{monitor}");
    }
}

#[test]
fn the_plateau_s_cuts_end_the_training() {
    let runs = Runs::new();
    for (max_reduce, wanted) in [(1, vec![0.1, 0.1]), (3, vec![0.1, 0.1, 0.01, 0.001])] {
        let name = max_reduce.to_string();
        let mut config = runs.tiny(&name);
        (config.schedule.max_epoch, config.schedule.max_reduce) = (20, max_reduce);
        assert!(start(&config).unwrap().is_some());
        let rates: Vec<f64> = metrics(&runs.path(&name)).iter().map(|row| row.lr).collect();
        assert_eq!(rates.len(), wanted.len(), "{rates:?}");
        for (got, wanted) in rates.into_iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-12 * wanted, "{got} is not {wanted}");
        }
    }
}

#[test]
fn a_diverging_run_ends_with_its_own_code() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.optimizer.lr = 1e30;
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert!(matches!(error, TrainError::Diverged { epoch: 1, .. }), "{error}");
    assert!(error.to_string().ends_with("is not finite"), "{error}");
    assert!(!runs.path("run/checkpoints/1.safetensors").exists());
}

#[test]
fn what_was_good_before_a_divergence_stays() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    // One step an epoch: the first has the rate 0.1, the second almost 1e30.
    (config.optimizer.batch_size, config.optimizer.lr) = (64, 1e30);
    config.schedule.kind = ScheduleKind::OneCycle;
    config.schedule.anneal = Anneal::Linear;
    (config.schedule.div_factor, config.schedule.max_epoch) = (1e31, 10);
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    let run = runs.path("run");
    let rows = metrics(&run);
    assert!(!rows.is_empty() && rows[0].lr < 1.0, "{rows:?}");
    let values = rows.iter().flat_map(|row| {
        [row.train_loss, row.val_loss.unwrap(), row.train_accuracy, row.val_accuracy.unwrap()]
    });
    assert!(values.into_iter().all(f64::is_finite), "{rows:?}");
    for (path, _) in files(&run.join("checkpoints")) {
        assert!(is_finite(&path), "{}", path.display());
    }
    // A resume meets the same end and leaves them as they are.
    let before = files(&run.join("checkpoints"));
    assert_eq!(resume(&config, &run).unwrap_err().to_string(), error.to_string());
    assert!(files(&run.join("checkpoints")) == before);
}

#[test]
fn weights_that_overflow_in_the_last_step_are_not_saved() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    // One step, all gradients of it finite, and no validation to notice.
    (config.optimizer.batch_size, config.optimizer.lr, config.data.val) = (64, 1e42, 0.0);
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert!(error.to_string().starts_with("epoch 1, last step: tensor net."), "{error}");
    // The state of the start is all there is.
    let left: Vec<_> = files(&runs.path("run/checkpoints")).into_keys().collect();
    assert_eq!(left, [runs.path("run/checkpoints/state-0.safetensors")]);
}

#[test]
fn without_a_validation_part_the_training_accuracy_is_monitored() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.data.val = 0.0;
    let result = start(&config).unwrap().unwrap();
    assert_eq!(result.samples, 20);
    for row in metrics(&runs.path("run")) {
        assert_eq!((row.val_loss, row.val_accuracy), (None, None));
        assert!(row.train_loss.is_finite() && row.train_loss > 0.0);
        // A multiple of 1/40: all 40 pictures were seen.
        assert_eq!((row.train_accuracy * 40.0).fract(), 0.0);
    }
    assert!(runs.path("run/checkpoints/best.safetensors").exists());
    let text = fs::read_to_string(runs.path("run/config.toml")).unwrap();
    let saved: Config = toml::from_str(&text).unwrap();
    assert_eq!(saved.schedule.monitor, Monitor::TrainAccuracy);
    // The caller's settings are still those of the run.
    config.schedule.max_epoch = 4;
    resume(&config, &runs.path("run")).unwrap();
}

#[test]
fn batches_of_every_fit() {
    let runs = Runs::new();
    for (pictures, batch_size) in [(64, 64), (65, 64), (10, 64), (10, 1)] {
        let name = format!("{pictures} by {batch_size}");
        let mut config = runs.tiny_of(&name, pictures);
        (config.data.val, config.schedule.max_epoch) = (0.0, 2);
        config.optimizer.batch_size = batch_size;
        start(&config).unwrap();
        for row in metrics(&runs.path(&name)) {
            let correct = row.train_accuracy * f64::from(pictures);
            assert!((correct - correct.round()).abs() < 1e-9, "{name}: {row:?}");
            assert!(row.train_loss.is_finite() && row.train_loss > 0.5, "{name}: {row:?}");
        }
        let (first, second) = (weights(&runs.path(&name), 1), weights(&runs.path(&name), 2));
        assert!(first != second, "{name} has not trained");
    }
}

#[test]
fn batch_norm_over_a_single_number_is_a_usage_error_before_the_training() {
    let runs = Runs::new();
    let mut config = runs.tiny_of("run", 65);
    (config.data.val, config.data.image_size) = (0.0, 1);
    config.model.blocks[0].pool = None;
    config.optimizer.batch_size = 64;
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("batch_size"), "{error}");
    assert!(!runs.path("run").exists());
    config.optimizer.batch_size = 63;
    start(&config).unwrap();
}

#[test]
fn small_pictures_that_do_not_fit_are_a_usage_error_before_the_training() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    (config.augment.small_epochs, config.augment.small_size) = (1, 1);
    let error = start(&config).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    let text = error.to_string();
    assert!(text.starts_with("augment.small_size = 1: layer net.1 (max pool): "), "{text}");
    assert!(!runs.path("run").exists());
    config.augment.small_size = config.data.image_size - 1;
    start(&config).unwrap();
}

#[test]
fn too_few_pictures_for_a_validation_part_are_an_error() {
    let runs = Runs::new();
    let mut config = runs.tiny_of("run", 1);
    let error = start(&config).unwrap_err();
    assert!(error.to_string().contains("holdout would be empty"), "{error}");
    assert_eq!(error.exit_code(), 3, "{error}");
    config.data.val = 0.0;
    start(&config).unwrap();
}

#[test]
fn other_weights_can_be_the_start_if_they_fit() {
    let runs = Runs::new();
    let first = runs.tiny("first");
    start(&first).unwrap();
    let file = runs.path("first/checkpoints/3.safetensors");
    let begin = |config: &Config| {
        let start = Start::Weights(file.clone());
        train(config, &start, &quiet(), &Interrupt::default())
    };
    let mut second = runs.tiny("second");
    second.schedule.max_epoch = 2;
    // So small a rate leaves the weights where they were.
    (second.optimizer.lr, second.optimizer.weight_decay) = (1e-30, 0.0);
    begin(&second).unwrap();
    let epochs: Vec<u32> = metrics(&runs.path("second")).iter().map(|row| row.epoch).collect();
    assert_eq!(epochs, [1, 2]);
    let load = |path| candle_core::safetensors::load(path, &candle_core::Device::Cpu).unwrap();
    let second = load(runs.path("second/checkpoints/1.safetensors"));
    for (name, tensor) in load(file.clone()) {
        if !name.contains("running") {
            let values = |tensor: &candle_core::Tensor| {
                tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()
            };
            assert_eq!(values(&tensor), values(&second[&name]), "{name}");
        }
    }

    let mut wider = runs.tiny("wider");
    wider.model.blocks[0].layers[0].channels = nin_model::config::Channels::Count(9);
    let error = begin(&wider).unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
    let text = error.to_string();
    assert!(text.contains("3.safetensors: tensor net.0.0.weight has shape [8, 1, 3, 3]"), "{text}");
    assert!(!runs.path("wider").exists());

    // A state is no checkpoint.
    let state = Start::Weights(runs.path("first/checkpoints/state-3.safetensors"));
    let error = train(&wider, &state, &quiet(), &Interrupt::default()).unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
}
