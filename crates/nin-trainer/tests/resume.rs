//! A run that was interrupted or lengthened ends as one that was not.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

mod common;

use std::thread;
use std::time::Duration;

use common::{Runs, files, metrics, quiet, resume, start, weights};
use nin_trainer::{Interrupt, Start, TrainError, resumed_config, train};

#[test]
fn a_longer_limit_continues_to_the_same_bytes() {
    let runs = Runs::new();
    let whole = start(&runs.config("whole")).unwrap();

    let run = runs.path("parts");
    let mut config = runs.config("parts");
    (config.schedule.max_epoch, config.compute.threads) = (1, 1);
    start(&config).unwrap();
    let mut config = resumed_config(&run).unwrap();
    (config.schedule.max_epoch, config.compute.threads) = (3, 2);
    assert_eq!(resume(&config, &run).unwrap(), whole);

    for epoch in 1..=3 {
        assert_eq!(weights(&runs.path("whole"), epoch), weights(&run, epoch), "epoch {epoch}");
    }
    assert_eq!(metrics(&runs.path("whole")), metrics(&run));
    // The plateau cut the rate on the way, or there was nothing to carry over.
    assert!(metrics(&run)[2].lr < metrics(&run)[0].lr);
}

/// Runs with interruptions `pause` after each start until the end; says how many.
fn run_with_interruptions(runs: &Runs, name: &str, pause: Duration) -> usize {
    let config = runs.config(name);
    let mut begin = Start::New;
    for interruptions in 0.. {
        let interrupt = Interrupt::default();
        let flag = interrupt.flag();
        thread::spawn(move || {
            thread::sleep(pause);
            flag.store(15, std::sync::atomic::Ordering::Relaxed);
        });
        match train(&config, &begin, &quiet(), &interrupt) {
            Ok(_) => return interruptions,
            Err(error @ TrainError::Interrupted { .. }) => assert_eq!(error.exit_code(), 143),
            Err(error) => panic!("{error}"),
        }
        begin = Start::Resume(runs.path(name));
        if resumed_config(&runs.path(name)).is_err() {
            panic!("an interrupted run must be resumable");
        }
        // Otherwise a slow machine might never get past one batch.
        if interruptions == 20 {
            train(&config, &begin, &quiet(), &Interrupt::default()).unwrap();
            return interruptions;
        }
    }
    unreachable!("the loop has no end of its own")
}

#[test]
fn interruptions_anywhere_change_nothing() {
    let runs = Runs::new();
    start(&runs.config("whole")).unwrap();
    for (name, millis) in [("often", 90), ("seldom", 370)] {
        let count = run_with_interruptions(&runs, name, Duration::from_millis(millis));
        println!("{name}: {count} interruptions");
        assert_eq!(weights(&runs.path("whole"), 3), weights(&runs.path(name), 3), "{name}");
        assert_eq!(metrics(&runs.path("whole")), metrics(&runs.path(name)), "{name}");
    }
}

#[test]
fn an_interrupt_before_the_first_batch_leaves_a_run_that_can_be_resumed() {
    let runs = Runs::new();
    let config = runs.config("run");
    let interrupt = Interrupt::default();
    interrupt.flag().store(2, std::sync::atomic::Ordering::Relaxed);
    let error = train(&config, &Start::New, &quiet(), &interrupt).unwrap_err();
    assert_eq!(error.exit_code(), 130);
    resume(&config, &runs.path("run")).unwrap();
    start(&runs.config("whole")).unwrap();
    assert_eq!(weights(&runs.path("whole"), 3), weights(&runs.path("run"), 3));
}

#[test]
fn a_finished_run_is_left_alone() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 1;
    start(&config).unwrap();
    let before = weights(&runs.path("run"), 1);
    let names =
        |files: std::collections::BTreeMap<_, Vec<u8>>| files.into_keys().collect::<Vec<_>>();
    let listed = names(files(&runs.path("run")));
    assert_eq!(resume(&config, &runs.path("run")).unwrap(), None);
    assert_eq!(weights(&runs.path("run"), 1), before);
    assert_eq!(names(files(&runs.path("run"))), listed);
}

#[test]
fn settings_that_contradict_the_run_are_refused_by_name() {
    let runs = Runs::new();
    let mut config = runs.config("run");
    config.schedule.max_epoch = 1;
    start(&config).unwrap();
    let refused = |change: &dyn Fn(&mut nin_trainer::Config)| {
        let mut config = config.clone();
        change(&mut config);
        let error = resume(&config, &runs.path("run")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        error.to_string()
    };
    let seed = refused(&|config| config.run.seed = 43);
    assert!(seed.starts_with("run.seed: the run was made with 42, 43"), "{seed}");
    assert!(refused(&|config| config.optimizer.lr = 0.5).starts_with("optimizer.lr: "));
    assert!(refused(&|config| config.data.val = 0.25).starts_with("data.val: "));
    assert!(refused(&|config| config.model.blocks[0].dropout = None).starts_with("model.blocks: "));
}
