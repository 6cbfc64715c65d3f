//! What a test is made on, and where it lies.

use std::ffi::OsString;

use crate::common::{Place, ended, numbers, result, set};

#[test]
fn a_class_without_pictures_has_no_accuracy() {
    let place = Place::with_run();
    let mut command = place.nin_test("run");
    let ended = ended(command.arg("--dataset").arg(set("test_lacks_class_9"))).well();
    assert!(ended.out.contains("on the 18 test images: "), "{}", ended.out);
    let row = ended.out.lines().find(|line| line.ends_with("n/a (0 samples)"));
    assert!(row.is_some_and(|row| row.starts_with("9 ")), "{}", ended.out);
    assert!(!ended.out.contains("NaN"), "{}", ended.out);
}

#[test]
fn a_batch_is_at_most_the_set() {
    let place = Place::with_run();
    let test =
        |size: &str| numbers(&ended(place.nin_test("run").args(["--batch-size", size])).well());
    let (loss, correct) = test("7");
    let (other_loss, other_correct) = test("100000000");
    assert_eq!(correct, other_correct);
    assert!((loss - other_loss).abs() < 1e-5, "{loss} {other_loss}");
}

#[test]
fn refused_data_are_named() {
    let place = Place::with_run();
    for (name, part) in [
        ("label_10_in_test", "label 10 at index 19 of the test set, want 0..9"),
        ("zero_test", "empty test set"),
        ("no_test_labels", "t10k-labels-idx1-ubyte is missing"),
    ] {
        let mut command = place.nin_test("run");
        ended(command.arg("--dataset").arg(set(name))).badly(3, &[part]);
    }
}

#[test]
#[cfg(unix)]
fn checkpoints_and_data_lie_in_folders_of_any_name() {
    use std::os::unix::ffi::OsStringExt;

    let place = Place::with_run();
    let wanted = ended(&mut place.nin_test("run")).well();
    let mut run = place.path("run");
    let names: [OsString; 6] = [
        "two words".into(),
        "100%".into(),
        "-x".into(),
        "a\\b\"c'd é".into(),
        "g".repeat(200).into(),
        OsString::from_vec(b"d\xff '\"\n".to_vec()),
    ];
    for name in names {
        let renamed = place.path(&name);
        std::fs::rename(&run, &renamed).unwrap();
        run = renamed;
        // The data lie beside the checkpoints.
        for entry in std::fs::read_dir(set("tiny_ok")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), run.join(entry.file_name())).unwrap();
        }
        let relative = std::path::Path::new(&name).join("checkpoints/best.safetensors");
        for model_path in [run.clone(), (&name).into(), relative.clone()] {
            let mut command = place.nin_test(model_path);
            ended(command.arg("--dataset").arg(&run)).well();
        }
        let again = ended(&mut place.nin_test(&name)).well();
        assert_eq!(result(&again), result(&wanted));

        let shown: String = name.to_string_lossy().split('\n').next().unwrap().to_owned();
        let nowhere = place.path("nowhere").join(&name);
        ended(&mut place.nin_test(&nowhere)).badly(3, &[&shown]);
        for (flag, more) in [("--dataset", &[][..]), ("--dataset-path", &["--dataset=mnist"])] {
            let mut command = place.nin_test(&name);
            command.args(more).arg(flag).arg(&nowhere);
            ended(&mut command).badly(3, &[&shown]);
        }
    }
}
