//! Data sets that cannot be right are refused before anything is made of them.

use crate::common::{Place, ended, set};

#[test]
fn a_set_that_does_not_fit_is_named_and_leaves_no_run() {
    let cases: [(&str, &[&str]); 10] = [
        ("no_test_labels", &["t10k-labels-idx1-ubyte is missing", "sets/no_test_labels"]),
        ("count_mismatch", &["40 pictures but 39 labels"]),
        ("train_images_test_labels", &["40 pictures but 20 labels"]),
        ("label_10", &["label 10 at index 39 of the train set, want 0..9"]),
        ("label_10_in_test", &["label 10 at index 19 of the test set, want 0..9"]),
        ("letters_1_to_26", &["label ", "want 0..9"]),
        ("zero_train", &["empty training set"]),
        ("zero_test", &["empty test set"]),
        ("swapped_files", &["train-images-idx3-ubyte", "wrong rank: want 3 (pictures), found 1"]),
        ("train28_test20", &["28x28", "20x20"]),
    ];
    let place = Place::new();
    for (name, parts) in cases {
        place.train(name, "run", &["--val=0.25"]).badly(3, parts);
        assert!(!place.has("run"), "{name}");
    }
    let flags = ["--num-classes=26"];
    let hint = ["want 0..25 (the labels seem to start at 1)"];
    place.train("letters_1_to_26", "run", &flags).badly(3, &hint);
    place.train("one_train", "run", &["--val=0.1"]).badly(3, &["holdout would be empty"]);
    assert!(!place.has("run"));
    // Nor is a folder made that the program would have named itself.
    let mut command = place.training();
    ended(command.arg("--dataset").arg(set("label_10"))).badly(3, &["label 10"]);
    assert!(!place.has("runs"));
}

#[test]
fn pictures_smaller_than_a_network_needs_are_a_usage_error_that_names_the_layer() {
    let place = Place::new();
    let blocks = r#"model.blocks=[{ layers = [{ channels = 4, kernel_size = 5 },
        { channels = "classes", kernel_size = 3 }] }]"#;
    let run = |size: &str| {
        place.train("px5", "run", &["--set", blocks, "--set", "model.norm=none", size])
    };
    run("--image-size=1").badly(2, &["net.0.0", "1 × 1", "5"]);
    run("--image-size=5").badly(2, &["net.0.2", "1 × 1", "3"]);
    assert!(!place.has("run"));
    run("--image-size=7").well();
}

#[test]
fn a_size_beyond_every_machine_is_a_usage_error_that_names_it() {
    let place = Place::new();
    // Each map is as large as one may be; those of all pictures are beyond any address.
    let layers = r#"{ channels = 5, kernel_size = 1 }, "#.repeat(6);
    let blocks = format!(
        r#"model.blocks=[{{ layers = [{layers} {{ channels = 5, stride = 4 }},
        {{ channels = "classes" }}] }}]"#
    );
    let sample = ["--dataset=fashion-mnist-sample", "--image-size=20000", "--batch-size=100000000"];
    let mut command = place.training();
    command.args(["--model-base-path=run", "--set", &blocks]).args(sample);
    ended(&mut command).badly(2, &["batch_size = 100000000", "20000 × 20000", "GiB"]);
    assert!(!place.has("run"));
    // A batch is at most the set.
    place.train("tiny_ok", "run", &["--batch-size=100000000"]).well();
}
