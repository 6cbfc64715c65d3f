//! Data sets that are odd, and right.

use crate::common::{Place, ended, set};

/// The loss of a network that knows nothing of ten classes.
const GUESS: f64 = std::f64::consts::LN_10;

#[test]
fn names_and_compression_change_no_bit_of_a_run() {
    let place = Place::new();
    let run = |name: &str| {
        place.train(name, name, &["--val=0.25"]).well();
        let rows = ["train_loss", "val_loss"].map(|key| place.numbers(name, key));
        assert!(rows.iter().flatten().all(|loss| loss.is_finite()), "{rows:?}");
        rows
    };
    let wanted = run("tiny_ok");
    for name in ["tiny_ok_gz", "dot_names", "raw_cut_gz_whole"] {
        assert_eq!(run(name), wanted, "{name}");
    }
}

#[test]
fn the_log_counts_the_pictures_of_each_class() {
    let place = Place::new();
    let log = |data: &str, run: &str, val: &str| {
        place.train(data, run, &["--val", val]).well();
        place.text(format!("{run}/train.log"))
    };
    let whole = log("tiny_ok", "whole", "0");
    for line in [
        "train: 40 images, of each class [4, 4, 4, 4, 4, 4, 4, 4, 4, 4]",
        "test: 20 images, of each class [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]",
        "without a validation part, monitor is train_accuracy",
    ] {
        assert!(whole.contains(line), "{line:?} not in {whole}");
    }
    assert!(!whole.contains("of one class"), "{whole}");
    let divided = log("tiny_ok", "divided", "0.25");
    assert!(divided.contains("train: 30 images") && divided.contains("validation: 10 images"));

    let imbalanced = log("imbalanced", "imbalanced", "0.25");
    let warning = "part has no picture of the classes [1, 2, 3, 4, 5, 6, 7, 8";
    assert!(imbalanced.contains(warning), "{imbalanced}");
    let sorted = log("sorted", "sorted", "0.25");
    assert!(!sorted.contains("WARN the training part"), "{sorted}");
}

#[test]
fn a_part_with_a_single_class_is_warned_of() {
    let place = Place::new();
    let copy = |name: &str, file: &str| {
        std::fs::create_dir(place.path(name)).unwrap();
        for entry in std::fs::read_dir(set("tiny_ok")).unwrap() {
            let entry = entry.unwrap();
            let mut bytes = std::fs::read(entry.path()).unwrap();
            if entry.file_name() == file {
                bytes[8..].fill(3);
            }
            std::fs::write(place.path(name).join(entry.file_name()), bytes).unwrap();
        }
        let mut command = place.training();
        command.args(["--dataset", &format!("./{name}")]);
        ended(&mut command).well().err
    };
    for (name, file, part) in [
        ("training", "train-labels-idx1-ubyte", "train"),
        ("testing", "t10k-labels-idx1-ubyte", "test"),
    ] {
        let log = copy(name, file);
        assert!(log.contains(&format!("{part}: every image is of one class, 3")), "{log}");
    }
}

#[test]
fn constant_pictures_have_the_loss_of_a_guess() {
    let place = Place::new();
    let measured = ["data.mean=train", "data.std=train"];
    let contrast = ["data.contrast=global", "data.mean=0", "data.std=1"];
    let local = ["data.contrast=local", "data.mean=0", "data.std=1"];
    let settings: [&[&str]; 4] = [&[], &measured, &contrast, &local];
    for (index, settings) in settings.into_iter().enumerate() {
        let run = index.to_string();
        // Time to forget what the initial weights guess.
        let mut flags =
            vec!["--val=0.25", "--max-epoch=5", "--set=data.train_mode=holdout-stratified"];
        settings.iter().for_each(|setting| flags.extend(["--set", setting]));
        place.train("all_black", &run, &flags).well();
        for key in ["train_loss", "val_loss"] {
            let losses = place.numbers(&run, key);
            assert!((losses[4] - GUESS).abs() < 0.1, "{settings:?}: {key} {losses:?}");
        }
    }
}

#[test]
fn pictures_of_any_size_are_resized() {
    let place = Place::new();
    for name in ["px1", "px5", "px28x20"] {
        let flags = ["--set=data.mean=train", "--set=data.std=train"];
        let ended = place.train(name, name, &flags).well();
        assert_eq!(ended.banner("image_size"), "8");
        assert!(place.numbers(name, "train_loss")[0].is_finite());
    }
}

#[test]
fn batches_that_the_set_does_not_fill() {
    let place = Place::new();
    for (name, pictures) in [("ten_train", 10), ("n64", 64), ("n65", 65)] {
        let flags = ["--batch-size=64", "--lr=1e-6"];
        let log = place.train(name, name, &flags).well().err;
        assert!(log.contains(&format!("train: {pictures} images")), "{log}");
        let loss = place.numbers(name, "train_loss")[0];
        assert!((loss - GUESS).abs() < 0.5, "{name}: {loss}");
    }
    // The few of the first make one batch, and that is learned from.
    let flags = ["--batch-size=64", "--lr=1e-6", "--max-epoch=2"];
    place.train("ten_train", "longer", &flags).well();
    assert!(place.weights("longer", 1) == place.weights("ten_train", 1));
    assert!(place.weights("longer", 2) != place.weights("longer", 1));
}
