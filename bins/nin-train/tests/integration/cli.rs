//! The program as its user meets it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Ended, ended};

/// A network that trains in a moment, on the pictures in the program.
const TINY: &str = r#"
[data]
dataset = "fashion-mnist-sample"
image_size = 14
val = 0.1

[model]
norm = "batch"
last_relu = false
blocks = [{ layers = [
  { channels = 8, kernel_size = 5, stride = 2, padding = 2 },
  { channels = 8 },
  { channels = "classes" },
] }]

[optimizer]
batch_size = 128
lr = 0.1
momentum = 0.9

[schedule]
max_epoch = 1
"#;

fn nin_train(arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nin-train"));
    ended(command.args(arguments).env_remove("RUST_LOG"))
}

fn preset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs").join(name)
}

#[test]
fn values_out_of_range_are_usage_errors_that_name_the_flag() {
    for (flag, values, part) in [
        ("--factor", &["1", "1.5", "0", "-1"][..], "factor"),
        ("--patience", &["-1"], "patience"),
        ("--lr", &["0", "-1", "nan", "inf"], "lr"),
        ("--batch-size", &["0", "-8"], "batch"),
        ("--max-epoch", &["-1"], "max"),
        ("--val", &["1", "-0.1", "1.5", "nan"], "val"),
        ("--image-size", &["0"], "image"),
        ("--train-mode", &["k-fold"], "original program only had a stub"),
        ("--precision", &["f16"], "want f32, tf32 or bf16"),
        ("--seed", &["twelve", "-1"], "seed"),
        ("--device", &["banana"], "want auto, cpu, cuda or cuda:N"),
    ] {
        for value in values {
            nin_train(&["--dry-run", &format!("{flag}={value}")]).badly(2, &[part]);
        }
    }
    nin_train(&["--dry-run", "--max-epoch=0", "--max-reduce=0"]).badly(2, &["max_epoch"]);
    nin_train(&["--no-such-flag"]).badly(2, &["--no-such-flag"]);
    nin_train(&["--dry-run", "--set", "schedule.factr=0.5"])
        .badly(2, &["did you mean schedule.factor"]);
}

#[test]
fn a_device_that_is_not_there_is_exit_5_with_advice() {
    nin_train(&["--device", "cuda:7", "--dry-run"]).badly(5, &["cuda:7", "--device cpu"]);
}

#[test]
fn data_that_are_not_there_are_exit_3() {
    let path = preset("no-such-folder").display().to_string();
    nin_train(&["--dataset", &path]).badly(3, &["no-such-folder"]);
}

#[test]
fn help_and_version() {
    assert!(nin_train(&["--help"]).well().out.contains("Exit codes"));
    let version = nin_train(&["--version"]).well().out;
    assert!(version.starts_with(concat!("nin-train ", env!("CARGO_PKG_VERSION"))));
    assert!(version.contains("candle "));
}

#[test]
fn every_preset_shows_its_network() {
    for (name, parameters, multiply_adds) in [
        ("original-224.toml", "1,992,166", "762.3 M"),
        ("d2l.toml", "1,992,166", "762.3 M"),
        ("d2l-en.toml", "1,992,166", "762.3 M"),
        ("mnist-224.toml", "1,992,166", "762.3 M"),
        ("paper-mnist.toml", "349,674", "50.7 M"),
        ("paper-cifar10.toml", "966,986", "M"),
        ("paper-cifar100.toml", "984,356", "M"),
        ("paper-svhn.toml", "1,986,026", "M"),
        ("caffe-cifar10.toml", "966,986", "M"),
        ("caffe-imagenet.toml", "7,595,176", "M"),
        ("quick.toml", "359,978", "26.0 M"),
        ("fast.toml", "117,994", "M"),
        ("default.toml", "359,978", "26.0 M"),
        ("best.toml", "882,122", "59.6 M"),
        ("mnist.toml", "359,978", "26.0 M"),
    ] {
        let path = preset(name);
        let text = nin_train(&["--config", path.to_str().unwrap(), "--dry-run"]).well().out;
        let total = text.lines().last().unwrap();
        assert!(total.starts_with("total"), "{name}: {total}");
        assert!(total.contains(parameters) && total.contains(multiply_adds), "{name}: {total}");
    }
}

#[test]
fn the_original_arguments_are_taken_in_their_spelling() {
    let arguments = [
        "--comment",
        "NIN on FashionMNIST with ReduceLROnPlateau on SGD",
        "--model_base_path",
        "no/such/run",
        "--dataset_path",
        "no/such/data",
        "--image_size",
        "224",
        "--num_classes",
        "10",
        "--seed",
        "42",
        "--batch_size",
        "32",
        "--lr",
        "0.001",
        "--max_epoch",
        "100",
        "--max_reduce",
        "3",
        "--factor",
        "0.1",
        "--train_mode",
        "Holdout",
        "--val",
        "0.2",
    ];
    let config = preset("original-224.toml").display().to_string();
    let text =
        nin_train(&[&["--config", &config, "--dry-run"], &arguments[..]].concat()).well().out;
    // What the original prints, but for the device and the paths.
    let wanted = "\
[ Nin ] ========== Parameters ==========
[ Nin ]            name : Nin
[ Nin ]         comment : NIN on FashionMNIST with ReduceLROnPlateau on SGD
[ Nin ]          device : cpu
[ Nin ] model_base_path : no/such/run
[ Nin ]    dataset_path : not on this machine
[ Nin ]      image_size : 224
[ Nin ]     num_classes : 10
[ Nin ]            seed : 42
[ Nin ]      batch_size : 32
[ Nin ]       optimizer : SGD
[ Nin ]              lr : 0.001
[ Nin ]    lr_scheduler : ReduceLROnPlateau
[ Nin ]       max_epoch : 100
[ Nin ]      max_reduce : 3
[ Nin ]          factor : 0.1
[ Nin ]      train_mode : Holdout
[ Nin ]             val : 0.2
";
    assert!(text.starts_with(wanted), "{text}");
    assert!(text.contains("\n[ Nin ] ===============================\n"), "{text}");
}

#[test]
fn a_dead_training_says_so_and_does_not_claim_to_have_converged() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("dead.toml");
    std::fs::write(&config, TINY).unwrap();
    let dead = [
        "--config",
        config.to_str().unwrap(),
        "--set",
        "model.norm=none",
        "--set",
        "model.last_relu=true",
        "--set",
        "model.init=normal",
        "--set",
        "model.init_std=0",
    ];
    let run = |name: &str, more: &[&str]| {
        let run = folder.path().join(name).display().to_string();
        nin_train(&[&dead[..], &["--model-base-path", &run], more].concat())
    };
    let Ended { out: text, err, .. } = run("warned", &["--max-epoch=9", "--max-reduce=1"]).well();
    assert!(err.contains("epoch 1: the network is dead: the loss stays at ln(10)"), "{err}");
    assert!(text.contains("standstill: the network is dead. Stopping..."), "{text}");
    assert!(!text.contains("converged") && text.contains("Train Loss: 2.3026,"), "{text}");

    run("stopped", &["--set", "run.on_dead=stop"])
        .badly(4, &["What helps: model.init = \"kaiming-normal-fan-out\""]);
}

#[test]
fn every_flag_is_known_in_both_spellings_and_every_name_in_any_case() {
    let flags = [
        ("--model-base-path", "no/such/folder"),
        ("--dataset-path", "data"),
        ("--image-size", "28"),
        ("--num-classes", "10"),
        ("--batch-size", "16"),
        ("--weight-decay", "1E-4"),
        ("--lr-scheduler", "ReduceLROnPlateau"),
        ("--max-epoch", "3"),
        ("--max-reduce", "1"),
        ("--train-mode", "HOLDOUT"),
        ("--optimizer", "SGD"),
        ("--monitor", "VAL-LOSS"),
        ("--device", "CPU"),
        ("--precision", "F32"),
        ("--comment", "- a remark"),
    ];
    let config = preset("paper-mnist.toml").display().to_string();
    let shown = |spelled: fn(&str) -> String| {
        let mut arguments = vec!["--config".to_owned(), config.clone(), spelled("--dry-run")];
        for (flag, value) in flags {
            arguments.extend([spelled(flag), value.to_owned()]);
        }
        nin_train(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).well().out
    };
    let text = shown(str::to_owned);
    assert_eq!(text, shown(|flag| format!("--{}", flag[2..].replace('-', "_"))));
    for row in ["lr_scheduler : ReduceLROnPlateau", "monitor : val_loss", "comment : - a remark"] {
        assert!(text.contains(row), "{row:?} not in {text}");
    }
}

#[test]
fn seeds_from_end_to_end_of_their_range_and_at_random() {
    let config = preset("quick.toml").display().to_string();
    let seed = |arguments: &[&str]| {
        nin_train(&[&["--config", &config, "--dry-run"], arguments].concat()).well().banner("seed")
    };
    assert_eq!(seed(&[]), "42");
    for number in ["0", "18446744073709551615"] {
        assert_eq!(seed(&["--seed", number]), number);
    }
    assert_ne!(seed(&["--seed", "random"]), seed(&["--seed", "Random"]));
}

#[test]
fn a_resumed_run_takes_no_other_file() {
    nin_train(&["--resume", "run", "--config", "run.toml"]).badly(2, &["--resume", "--config"]);
}

#[test]
fn a_run_from_start_to_test_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (config, run) = (folder.path().join("tiny.toml"), folder.path().join("a run"));
    std::fs::write(&config, TINY).unwrap();
    let (config, run) = (config.to_str().unwrap(), run.to_str().unwrap());

    let text = nin_train(&["--config", config, "--model-base-path", run]).well().out;
    let lines: Vec<_> = text.lines().collect();
    let [train, val, stop, test] = lines[lines.len() - 4..] else { panic!("{text}") };
    assert!(train.starts_with("Epoch [1/1] Train Loss: ") && train.contains(", Train Accuracy: "));
    assert!(val.starts_with("Epoch [1/1] Val Loss: ") && val.contains(", Val Accuracy: "));
    assert_eq!(stop, "Reached the epoch limit (1). Stopping...");
    assert!(test.starts_with("Accuracy of the model on the 1000 test images: "), "{test}");
    for file in
        ["config.toml", "metrics.csv", "curves.svg", "curves.png", "network.svg", "train.log"]
    {
        assert!(Path::new(run).join(file).exists(), "{file}");
    }

    nin_train(&["--config", config, "--model-base-path", run]).badly(2, &["is not empty"]);
    let again = nin_train(&["--resume", run]).well().out;
    assert!(again.contains("Already at epoch 1"), "{again}");
    nin_train(&["--resume", run, "--seed", "43"]).badly(2, &["run.seed", "42", "43"]);
}
