//! What a run says at its beginning, at its end, and of what it cannot do.

use std::fs;

use crate::common::{Place, ended};

/// Flags of a run that has converged after its third epoch: no epoch improves on the
/// first by as much as asked for.
const CONVERGES: [&str; 6] = [
    "--max-epoch=9",
    "--max-reduce=2",
    "--patience=0",
    "--set=schedule.threshold=1.0",
    "--set=schedule.threshold_mode=abs",
    "--seed=1",
];

#[test]
fn a_run_that_is_over_says_which_flag_continues_it() {
    let place = Place::new();
    let first = place.train("tiny_ok", "run", &CONVERGES).well();
    assert!(first.out.contains("Training has converged. Stopping..."), "{}", first.out);
    let weights = place.weights("run", 3);
    let state = place.read("run/checkpoints/state-3.safetensors");
    for _ in 0..2 {
        let again = ended(place.nin_train().args(["--resume", "run"])).well();
        for part in ["Already at epoch 3", "converged after 2 cuts", "--max-reduce"] {
            assert!(again.out.contains(part), "{part:?} not in {}", again.out);
        }
        assert!(place.weights("run", 3) == weights);
        assert!(place.read("run/checkpoints/state-3.safetensors") == state);
    }
    let longer = ["--resume", "run", "--max-reduce=0", "--max-epoch=4"];
    ended(place.nin_train().args(longer)).well();
    let again = ended(place.nin_train().args(["--resume", "run"])).well();
    assert!(again.out.contains("Already at epoch 4, the limit. A larger --max-epoch"));
}

#[test]
fn each_cut_of_the_rate_is_told_once() {
    let place = Place::new();
    let log = place.train("tiny_ok", "run", &CONVERGES).well().err;
    assert_eq!(log.matches("learning rate cut from").count(), 2, "{log}");
    for epoch in [2, 3] {
        assert!(log.contains(&format!("epoch {epoch}: learning rate cut from ")), "{log}");
    }
}

#[test]
fn a_setting_that_differs_from_the_run_s_is_refused_with_both() {
    let place = Place::new();
    place.train::<&str>("tiny_ok", "run", &[]).well();
    let mut command = place.nin_train();
    command.args(["--resume", "run", "--lr", "0.5", "--max-epoch", "2"]);
    ended(&mut command).badly(2, &["optimizer.lr", "0.1", "0.5"]);
}

#[test]
fn a_device_is_looked_for_before_the_data() {
    let place = Place::new();
    for device in ["cuda", "cuda:7"] {
        let mut command = place.nin_train();
        command.args(["--device", device, "--dataset", "/no/such/folder"]);
        ended(&mut command).badly(5, &[device, "--device cpu", "this machine's devices: cpu"]);
    }
}

#[test]
fn the_log_begins_with_the_program_and_what_it_runs_on() {
    let place = Place::new();
    let version = ended(place.nin_train().arg("--version")).well().out;
    let version = version.trim_end().strip_prefix("nin-train ").unwrap();
    let profile = if cfg!(debug_assertions) { ", debug build, " } else { ", release build, " };
    for part in [concat!(env!("CARGO_PKG_VERSION"), " (commit "), profile, "candle 0."] {
        assert!(version.contains(part), "{part:?} not in {version}");
    }
    let ended = place.train("tiny_ok", "run", &["--device=auto", "--threads=2"]).well();
    let log = place.text("run/train.log");
    for text in [&ended.err, &log] {
        let first = text.lines().next().unwrap();
        let wanted = format!("nin {version}, cpu, 2 threads, ");
        let (_, instruction_set) = first.split_once(&wanted).unwrap_or_else(|| panic!("{first}"));
        assert!(!instruction_set.is_empty());
        assert_eq!(text.contains("this is a debug build"), cfg!(debug_assertions), "{text}");
    }
}

#[test]
fn curves_that_cannot_be_drawn_are_a_warning() {
    let place = Place::new();
    place.train::<&str>("tiny_ok", "run", &[]).well();
    for name in ["curves.svg", "curves.png"] {
        let file = place.path("run").join(name);
        fs::remove_file(&file).unwrap();
        // With something in it, so that no file can take its place.
        fs::create_dir_all(file.join("mine")).unwrap();
    }
    let resumed = ended(place.nin_train().args(["--resume", "run", "--max-epoch=2"])).well();
    assert!(resumed.err.contains("the curves were not drawn: "), "{}", resumed.err);
    assert!(place.has("run/checkpoints/2.safetensors") && place.has("run/curves.svg/mine"));
    assert_eq!(place.column("run", "epoch"), ["1", "2"]);
}
