//! The folder that a run makes for itself, or that its user names.

use std::process::Stdio;

use crate::common::{Ended, Place, ended, names, set};

#[test]
fn runs_that_begin_at_once_have_folders_of_their_own() {
    let place = Place::new();
    let start = || {
        let mut command = place.training();
        command.arg("--dataset").arg(set("tiny_ok")).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let started: Vec<_> = (0..5).map(|_| start()).collect();
    let mut folders = Vec::new();
    for program in started {
        let ended = Ended::of(&program.wait_with_output().unwrap()).well();
        let folder = ended.banner("model_base_path");
        for file in [
            "config.toml",
            "metrics.csv",
            "curves.svg",
            "network.svg",
            "train.log",
            "checkpoints/1.safetensors",
            "checkpoints/best.safetensors",
            "checkpoints/state-1.safetensors",
        ] {
            assert!(place.path(&folder).join(file).exists(), "{folder}/{file}");
        }
        assert!(place.text(format!("{folder}/train.log")).contains(&folder));
        folders.push(folder);
    }
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), 5);
    assert_eq!(names(&place.path("runs/nin/tiny_ok")).len(), 5);
}

#[test]
fn a_folder_s_name_is_safe_in_every_time_zone() {
    let place = Place::new();
    for zone in [Some("Asia/Kolkata"), Some("UTC"), Some("Nonsense/Zone"), None] {
        let mut command = place.training();
        command.arg("--dataset").arg(set("tiny_ok"));
        if let Some(zone) = zone {
            command.env("TZ", zone);
        }
        ended(&mut command).well();
    }
    let found = names(&place.path("runs/nin/tiny_ok"));
    assert_eq!(found.len(), 4);
    for name in found {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        assert!(name.starts_with("20") && name.chars().all(is_safe), "{name}");
    }
}

#[test]
fn folders_that_a_user_names() {
    let place = Place::new();
    let none: [&str; 0] = [];
    place.train("tiny_ok", "", &none).badly(2, &["--model-base-path"]);
    let mut command = place.training();
    command.arg("--dataset").arg(set("tiny_ok")).args(["--set", "run.model_base_path="]);
    ended(&mut command).badly(2, &["model_base_path is empty"]);
    place.train("tiny_ok", "new/and/nested", &none).well();
    assert!(place.has("new/and/nested/checkpoints/1.safetensors"));
    place.write("file", "mine");
    place.train("tiny_ok", "file", &none).badly(6, &["cannot write file"]);
    assert_eq!(place.text("file"), "mine");
    for flag in ["--dataset=", "--dataset-path="] {
        ended(place.training().arg(flag)).badly(2, &[flag.trim_end_matches('=')]);
    }
}
