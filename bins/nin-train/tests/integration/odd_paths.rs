//! Paths as systems allow them.

#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::common::{Ended, Place, ended, set};

/// Folders of data and of runs, with what a message about each must contain: names
/// that are not UTF-8 cannot be kept in a run's configuration, and are refused.
fn odd() -> [(OsString, &'static str); 7] {
    let long = format!("long{}", "g".repeat(196));
    [
        ("two words".into(), "two words"),
        ("100%".into(), "100%"),
        ("%s%n".into(), "%s%n"),
        ("-x".into(), "-x"),
        (long.into(), "longggg"),
        ("a\\b\"c'd é".into(), "é"),
        (OsStr::from_bytes(b"d\xff '\"\n").to_owned(), "d\u{fffd} '\""),
    ]
}

/// What is no UTF-8 is refused by its flag, and all else is taken.
fn taken(flag: &str, name: &OsStr, shown: &str, ended: Ended) {
    if name.to_str().is_some() {
        ended.well();
    } else {
        ended.badly(2, &[flag, shown, "UTF-8"]);
    }
}

#[test]
fn data_and_runs_lie_in_folders_of_any_name() {
    for (name, shown) in odd() {
        let place = Place::new();
        let data = place.path(&name);
        fs::create_dir(&data).unwrap();
        for entry in fs::read_dir(set("tiny_ok")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
        }
        let run = place.path("runs").join(&name);

        let mut command = place.training();
        command.arg("--dataset").arg(&data).args(["--model-base-path", "run"]);
        taken("--dataset", &name, shown, ended(&mut command));

        let mut command = place.training();
        command.arg("--dataset").arg(set("tiny_ok")).arg("--model-base-path").arg(&run);
        taken("--model-base-path", &name, shown, ended(&mut command));

        // A run without a place of its own is named for its data.
        let mut command = place.training();
        command.arg("--dataset").arg(&data);
        taken("--dataset", &name, shown, ended(&mut command));
        if name.to_str().is_some() {
            assert_eq!(fs::read_dir(place.path("runs/nin")).unwrap().count(), 1, "{shown}");
        }
    }
}

#[test]
fn a_relative_path_may_begin_with_a_hyphen() {
    let place = Place::new();
    let mut command = place.training();
    command.arg("--dataset").arg(set("tiny_ok")).args(["--model-base-path", "-run"]);
    ended(&mut command).well();
    assert!(place.has("-run/checkpoints/1.safetensors"));
    fs::rename(place.path("-run"), place.path("-other")).unwrap();
    ended(place.nin_train().arg("--resume=-other").arg("--max-epoch=2")).well();
    assert!(place.has("-other/checkpoints/2.safetensors"));
}

#[test]
fn a_run_goes_on_in_a_folder_of_any_name() {
    let place = Place::new();
    place.train::<&str>("tiny_ok", "run", &[]).well();
    let mut run = place.path("run");
    for (index, (name, _)) in odd().into_iter().enumerate() {
        let renamed = place.path(&name);
        fs::rename(&run, &renamed).unwrap();
        run = renamed;
        let epoch = format!("--max-epoch={}", index + 2);
        ended(place.nin_train().arg("--resume").arg(&run).arg(epoch)).well();
        assert!(run.join(format!("checkpoints/{}.safetensors", index + 2)).exists());
    }
    let mut command = place.training();
    command.arg("--dataset").arg(set("tiny_ok")).arg("--resume-weights");
    ended(command.arg(run.join("checkpoints/best.safetensors"))).well();
}

#[test]
fn what_is_not_there_is_named_whatever_it_is_called() {
    for (name, shown) in odd() {
        let place = Place::new();
        let nowhere = place.path("nowhere").join(&name);
        for (flag, code) in [("--resume", 3), ("--resume-weights", 3), ("--config", 2)] {
            let mut command = place.nin_train();
            command.arg(flag).arg(&nowhere);
            if flag == "--resume-weights" {
                command = place.training();
                command.arg("--dataset").arg(set("tiny_ok")).arg(flag).arg(&nowhere);
            }
            ended(&mut command).badly(code, &[shown]);
        }
        let mut command = place.training();
        let code = if name.to_str().is_some() { 3 } else { 2 };
        command.args(["--dataset", "mnist", "--set=data.download=false"]);
        ended(command.arg("--dataset-path").arg(&nowhere)).badly(code, &[shown]);
    }
}
