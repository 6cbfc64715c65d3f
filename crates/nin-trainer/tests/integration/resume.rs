//! A run that was interrupted or lengthened ends as one that was not.
//! (Interrupts at every batch: `src/train/session/tests.rs`.)

use std::fs::{self, OpenOptions};
use std::io::Write;

use crate::common::{Runs, files, metrics, quiet, resume, start, weights};
use nin_schedule::ScheduleKind;
use nin_trainer::{Config, Interrupt, Start, resumed_config, train};

/// A key and what gives it another value.
type Change = (&'static str, fn(&mut Config));

#[test]
fn a_longer_limit_continues_to_the_same_bytes_on_other_threads() {
    let runs = Runs::new();
    let whole = start(&runs.config("whole")).unwrap();

    let run = runs.path("parts");
    let mut config = runs.config("parts");
    (config.schedule.max_epoch, config.compute.threads) = (1, 2);
    start(&config).unwrap();
    let mut config = resumed_config(&run).unwrap();
    (config.schedule.max_epoch, config.compute.threads) = (3, 1);
    assert_eq!(resume(&config, &run).unwrap(), whole);

    for epoch in 1..=3 {
        assert!(weights(&runs.path("whole"), epoch) == weights(&run, epoch), "epoch {epoch}");
    }
    assert_eq!(metrics(&runs.path("whole")), metrics(&run));
    // The plateau cut the rate on the way, or there was nothing to carry over.
    assert!(metrics(&run)[2].lr < metrics(&run)[0].lr);
}

#[test]
fn every_way_to_move_is_carried_over() {
    let changes: [Change; 6] = [
        ("plain", |config| {
            config.optimizer.momentum = 0.0;
            config.model.norm = nin_model::config::NormKind::None;
        }),
        ("nesterov", |config| config.optimizer.nesterov = true),
        ("dampening", |config| config.optimizer.dampening = 0.5),
        ("patience", |config| config.schedule.patience = 1),
        ("cooldown", |config| config.schedule.cooldown = 2),
        ("step", |config| {
            config.schedule.kind = ScheduleKind::Step;
            config.schedule.milestones = vec![2, 4];
        }),
    ];
    let runs = Runs::new();
    for (what, change) in changes {
        let config = |name: &str, max_epoch| {
            let mut config = runs.tiny(&format!("{name} {what}"));
            change(&mut config);
            config.schedule.max_epoch = max_epoch;
            config
        };
        start(&config("whole", 6)).unwrap();
        let (whole, parts) = (runs.path(&format!("whole {what}")), format!("parts {what}"));
        let parts = runs.path(&parts);
        start(&config("parts", 1)).unwrap();
        for max_epoch in [2, 3, 6] {
            resume(&config("parts", max_epoch), &parts).unwrap();
        }
        assert_eq!(metrics(&parts), metrics(&whole), "{what}");
        for name in ["1", "6", "best"] {
            let bytes = |run: &std::path::Path| {
                fs::read(run.join(format!("checkpoints/{name}.safetensors"))).unwrap()
            };
            assert!(bytes(&parts) == bytes(&whole), "{what}: {name}");
        }
    }
}

#[test]
fn an_interrupt_before_the_data_are_there_leaves_a_run_as_it_was() {
    let runs = Runs::new();
    let (mut config, run) = (runs.tiny("run"), runs.path("run"));
    for (signal, code) in [(2, 130), (15, 143)] {
        let interrupt = Interrupt::default();
        interrupt.ask(signal);
        let error = train(&config, &Start::New, &quiet(), &interrupt).unwrap_err();
        assert_eq!((error.exit_code(), error.to_string()), (code, "interrupted".to_owned()));
        assert!(!run.exists());
    }
    start(&config).unwrap();
    config.schedule.max_epoch = 4;
    let (before, interrupt) = (files(&run), Interrupt::default());
    interrupt.ask(15);
    train(&config, &Start::Resume(run.clone()), &quiet(), &interrupt).unwrap_err();
    assert!(files(&run) == before);
}

#[test]
fn a_finished_run_is_left_alone() {
    let runs = Runs::new();
    let converged: fn(&mut Config) = |config| config.schedule.max_reduce = 2;
    let at_limit: fn(&mut Config) = |config| config.schedule.max_epoch = 2;
    for (name, ends) in [("converged", converged), ("limit", at_limit)] {
        let mut config = runs.tiny(name);
        config.schedule.max_epoch = 10;
        ends(&mut config);
        start(&config).unwrap();
        let before = files(&runs.path(name));
        for _ in 0..2 {
            assert_eq!(resume(&config, &runs.path(name)).unwrap(), None);
            assert!(files(&runs.path(name)) == before, "{name}");
        }
        // More of what ended it goes on.
        let epochs = metrics(&runs.path(name)).len();
        config.schedule.max_epoch += 1;
        if config.schedule.max_reduce > 0 {
            config.schedule.max_reduce += 1;
        }
        assert!(resume(&config, &runs.path(name)).unwrap().is_some());
        assert_eq!(metrics(&runs.path(name)).len(), epochs + 1, "{name}");
    }
}

#[test]
fn settings_that_contradict_the_run_are_refused_by_name_and_both_values() {
    let runs = Runs::new();
    start(&runs.tiny("run")).unwrap();
    let before = files(&runs.path("run"));
    let changes: [Change; 6] = [
        ("compute.conv: the run was made with \"fast\", \"exact\" contradicts", |config| {
            config.compute.conv = nin_trainer::ConvChoice::Exact;
        }),
        ("run.seed: the run was made with 42, 43 contradicts", |config| config.run.seed = 43),
        ("optimizer.lr: the run was made with 0.1, 0.5 contradicts", |config| {
            config.optimizer.lr = 0.5;
        }),
        ("data.val: the run was made with 0.25, 0.5 contradicts", |config| config.data.val = 0.5),
        ("schedule.patience: the run was made with 0, 3 contradicts", |config| {
            config.schedule.patience = 3;
        }),
        ("model.blocks: the run was made with [{ ", |config| config.model.blocks[0].dropout = None),
    ];
    for (wanted, change) in changes {
        let mut config = runs.tiny("run");
        config.schedule.max_epoch = 9;
        change(&mut config);
        let error = resume(&config, &runs.path("run")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().starts_with(wanted), "{error}");
        assert!(files(&runs.path("run")) == before, "{error}");
    }
}

#[test]
fn a_schedule_over_the_whole_training_has_a_fixed_length() {
    let runs = Runs::new();
    for kind in [ScheduleKind::OneCycle, ScheduleKind::Cosine] {
        let name = kind.to_string();
        let mut config = runs.tiny(&name);
        config.schedule.kind = kind;
        start(&config).unwrap();
        config.schedule.max_epoch = 4;
        let error = resume(&config, &runs.path(&name)).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        let wanted = "schedule.max_epoch: the run was made with 3, 4 contradicts";
        assert!(error.to_string().starts_with(wanted), "{error}");
    }
}

#[test]
fn what_may_change_is_recorded() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    start(&config).unwrap();
    (config.schedule.max_epoch, config.run.comment) = (4, "longer".to_owned());
    resume(&config, &runs.path("run")).unwrap();
    config.run.model_base_path = None;
    let text = fs::read_to_string(runs.path("run/config.toml")).unwrap();
    assert_eq!(toml::from_str::<Config>(&text).unwrap(), config);
    assert_eq!(resumed_config(&runs.path("run")).unwrap(), config);
}

#[test]
fn a_crash_after_the_last_state_is_made_good() {
    let runs = Runs::new();
    let mut config = runs.tiny("whole");
    config.schedule.max_epoch = 5;
    start(&config).unwrap();
    let run = runs.path("run");
    let mut config = runs.tiny("run");
    start(&config).unwrap();
    // As if the program had ended between the row and the state of epoch 4, in
    // the middle of the next row, and while it wrote a checkpoint.
    let mut rows = OpenOptions::new().append(true).open(run.join("metrics.csv")).unwrap();
    rows.write_all(b"4,0.1,9.0,0.5,9.0,0.5,1.0,30.0\n5,0.1,9").unwrap();
    for leftover in ["checkpoints/4.safetensors.tmp", "checkpoints/trial-1.tmp", "metrics.csv.tmp"]
    {
        fs::write(run.join(leftover), "half").unwrap();
    }
    fs::write(run.join("mine.tmp"), "the user's").unwrap();
    config.schedule.max_epoch = 5;
    resume(&config, &run).unwrap();
    assert_eq!(metrics(&run), metrics(&runs.path("whole")));
    let text = fs::read_to_string(run.join("metrics.csv")).unwrap();
    let firsts: Vec<_> = text.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(firsts, ["epoch", "1", "2", "3", "4", "5"]);
    assert!(weights(&run, 5) == weights(&runs.path("whole"), 5));
    let temporary: Vec<_> =
        files(&run).into_keys().filter(|p| p.extension() == Some("tmp".as_ref())).collect();
    assert_eq!(temporary, [run.join("mine.tmp")]);
}

#[test]
fn a_run_does_not_go_on_with_other_data() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    start(&config).unwrap();
    config.schedule.max_epoch = 4;
    let before = files(&runs.path("run"));
    for name in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        let path = runs.path("40 pictures").join(name);
        let good = fs::read(&path).unwrap();
        let mut other = good.clone();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&path, other).unwrap();
        let error = resume(&config, &runs.path("run")).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{error}");
        let part = if name.starts_with("train") { "training" } else { "test" };
        let wanted = format!("the {part} set is not the one that the run began with");
        assert!(error.to_string().starts_with(&wanted), "{error}");
        assert!(files(&runs.path("run")) == before);
        fs::write(&path, good).unwrap();
    }
    resume(&config, &runs.path("run")).unwrap();
}

#[test]
fn what_is_no_run_is_named() {
    let runs = Runs::new();
    let config = runs.tiny("run");
    start(&config).unwrap();
    fs::create_dir_all(runs.path("empty/checkpoints")).unwrap();
    fs::create_dir_all(runs.path("cut/checkpoints")).unwrap();
    let state = fs::read(runs.path("run/checkpoints/state-3.safetensors")).unwrap();
    fs::write(runs.path("cut/checkpoints/state-3.safetensors"), &state[..state.len() / 2]).unwrap();
    // Weights alone are no run: momentum, rate and order would be lost in silence.
    let checkpoint = "run/checkpoints/3.safetensors";
    for (name, problem) in [
        (checkpoint, "not a run folder"),
        ("nothing", "not a run folder"),
        ("empty", "nothing to resume"),
        ("cut", "state-3.safetensors: "),
    ] {
        for error in [
            resume(&config, &runs.path(name)).map(drop).unwrap_err(),
            resumed_config(&runs.path(name)).map(drop).unwrap_err(),
        ] {
            assert_eq!(error.exit_code(), 3, "{error}");
            let text = error.to_string();
            assert!(text.contains(name) && text.contains(problem), "{text}");
        }
    }
}
