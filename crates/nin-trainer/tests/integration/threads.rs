//! A run is a function of its seed and of nothing else.

use std::fs;

use crate::common::{Runs, metrics, start, weights};
use nin_trainer::Config;

#[test]
fn threads_change_no_bit_of_a_training_on_real_pictures() {
    let runs = Runs::new();
    let run = |threads: usize| {
        let name = format!("{threads} threads");
        let mut config = runs.config(&name);
        // Parts of a batch and rows of a product that no number of threads divides.
        (config.optimizer.batch_size, config.data.image_size) = (97, 11);
        (config.compute.threads, config.schedule.max_epoch) = (threads, 1);
        let result = start(&config).unwrap();
        (weights(&runs.path(&name), 1), metrics(&runs.path(&name)), result)
    };
    let one = run(1);
    for threads in [2, 3] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn a_seed_repeats_its_run_and_another_makes_another() {
    let runs = Runs::new();
    let run = |name: &str, seed| {
        let mut config = runs.tiny(name);
        config.run.seed = seed;
        start(&config).unwrap();
        let text = fs::read_to_string(runs.path(name).join("config.toml")).unwrap();
        assert_eq!(toml::from_str::<Config>(&text).unwrap().run.seed, seed);
        (weights(&runs.path(name), 3), metrics(&runs.path(name)))
    };
    let first = run("first", 42);
    assert!(run("again", 42) == first);
    let others = [43, 0, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 32) + 42];
    let others: Vec<_> = others.map(|seed| run(&seed.to_string(), seed)).into();
    for (index, other) in others.iter().enumerate() {
        assert!(*other != first);
        assert!(others[..index].iter().all(|earlier| earlier != other));
    }
}
