//! A run can be repeated from what it shows of itself.

use crate::common::{Place, ended, set};

/// The seed in the metadata of a checkpoint, which are JSON within JSON.
fn seed_of_checkpoint(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (_, behind) = text.split_once(r#"\"seed\":"#).unwrap();
    behind.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn a_seed_repeats_a_run_and_another_makes_another() {
    let place = Place::new();
    let run = |name: &str, seed: &str| {
        let flags = ["--device=cpu", "--threads=1", "--max-epoch=2", "--val=0.25", "--seed", seed];
        place.train("tiny_ok", name, &flags).well();
        let rows = ["train_loss", "val_loss", "val_accuracy"].map(|key| place.column(name, key));
        (place.weights(name, 2), rows)
    };
    let first = run("first", "42");
    assert!(run("again", "42") == first);
    assert!(run("other", "43") != first);
}

#[test]
fn a_seed_is_shown_and_what_is_shown_repeats_the_run() {
    let place = Place::new();
    let run = |name: &str, flags: &[&str]| {
        let ended = place.train("tiny_ok", name, flags).well();
        let seed = ended.banner("seed");
        let line = format!("seed {seed}, run folder {name}");
        assert!(ended.err.contains(&line), "{line:?} not in {}", ended.err);
        assert!(place.text(format!("{name}/train.log")).contains(&line));
        assert!(place.text(format!("{name}/config.toml")).contains(&seed));
        assert_eq!(seed_of_checkpoint(&place.weights(name, 1)), seed);
        seed
    };
    assert_eq!(run("unsaid", &[]), "42");
    run("said", &["--seed=42"]);
    assert!(place.weights("unsaid", 1) == place.weights("said", 1));

    let drawn = run("drawn", &["--seed=random"]);
    run("repeated", &["--seed", &drawn]);
    assert!(place.weights("drawn", 1) == place.weights("repeated", 1));
    assert_ne!(run("drawn again", &["--seed=random"]), drawn);
    assert!(place.weights("drawn", 1) != place.weights("drawn again", 1));

    let ends = ["0", "18446744073709551615"];
    assert_eq!(ends.map(|seed| run(seed, &["--seed", seed])), ends);
    assert!(place.weights("0", 1) != place.weights(ends[1], 1));
}

#[test]
fn the_environment_s_threads_change_no_bit() {
    let place = Place::new();
    let run = |threads: &str| {
        let mut command = place.training();
        command.arg("--dataset").arg(set("tiny_ok")).args(["--model-base-path", threads]);
        let ended = ended(command.env("RAYON_NUM_THREADS", threads)).well();
        assert_eq!(ended.banner("threads"), threads);
        place.weights(threads, 1)
    };
    assert!(run("1") == run("2"));
    let help = ended(place.nin_train().arg("--help"));
    assert!(help.out.contains("the same on every machine and with any number of threads"));
}
