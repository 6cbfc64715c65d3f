//! The program as its user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

fn nin_train(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nin-train"))
        .args(arguments)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn preset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs").join(name)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Ends with exit code `code` and a message that has all of `parts`.
fn assert_fails(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = nin_train(arguments);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    for part in parts {
        assert!(message.contains(part), "{arguments:?}: {part:?} not in {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
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
            assert_fails(&["--dry-run", &format!("{flag}={value}")], 2, &[part]);
        }
    }
    assert_fails(&["--dry-run", "--max-epoch=0", "--max-reduce=0"], 2, &["max_epoch"]);
    assert_fails(&["--no-such-flag"], 2, &["--no-such-flag"]);
    assert_fails(
        &["--dry-run", "--set", "schedule.factr=0.5"],
        2,
        &["did you mean schedule.factor"],
    );
}

#[test]
fn a_device_that_is_not_there_is_exit_5_with_advice() {
    assert_fails(&["--device", "cuda:7", "--dry-run"], 5, &["cuda:7", "--device cpu"]);
}

#[test]
fn data_that_are_not_there_are_exit_3() {
    let path = preset("no-such-folder").display().to_string();
    assert_fails(&["--dataset", &path], 3, &["no-such-folder"]);
}

#[test]
fn help_and_version() {
    let help = nin_train(&["--help"]);
    assert!(help.status.success());
    assert!(stdout(&help).contains("Exit codes"));
    let version = nin_train(&["--version"]);
    assert!(stdout(&version).starts_with(concat!("nin-train ", env!("CARGO_PKG_VERSION"))));
    assert!(stdout(&version).contains("candle "));
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
        let output = nin_train(&["--config", preset(name).to_str().unwrap(), "--dry-run"]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        let text = stdout(&output);
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
    let output = nin_train(&[&["--config", &config, "--dry-run"], &arguments[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
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
    let output = run("warned", &["--max-epoch=9", "--max-reduce=1"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("epoch 1: the network is dead: the loss stays at ln(10)"));
    let text = stdout(&output);
    assert!(text.contains("standstill: the network is dead. Stopping..."), "{text}");
    assert!(!text.contains("converged") && text.contains("Train Loss: 2.3026,"), "{text}");

    let output = run("stopped", &["--set", "run.on_dead=stop"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("What helps: model.init = \"kaiming-normal-fan-out\""));
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
        let output = nin_train(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
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
        let output = nin_train(&[&["--config", &config, "--dry-run"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = stdout(&output);
        let row = text.lines().find_map(|line| line.split_once(" seed : ")).unwrap();
        row.1.to_owned()
    };
    assert_eq!(seed(&[]), "42");
    for number in ["0", "18446744073709551615"] {
        assert_eq!(seed(&["--seed", number]), number);
    }
    assert_ne!(seed(&["--seed", "random"]), seed(&["--seed", "Random"]));
}

#[test]
fn a_resumed_run_takes_no_other_file() {
    assert_fails(&["--resume", "run", "--config", "run.toml"], 2, &["--resume", "--config"]);
}

#[test]
fn a_run_from_start_to_test_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (config, run) = (folder.path().join("tiny.toml"), folder.path().join("a run"));
    std::fs::write(&config, TINY).unwrap();
    let (config, run) = (config.to_str().unwrap(), run.to_str().unwrap());

    let output = nin_train(&["--config", config, "--model-base-path", run]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    let [train, val, stop, test] = lines[lines.len() - 4..] else { panic!("{text}") };
    assert!(train.starts_with("Epoch [1/1] Train Loss: ") && train.contains(", Train Accuracy: "));
    assert!(val.starts_with("Epoch [1/1] Val Loss: ") && val.contains(", Val Accuracy: "));
    assert_eq!(stop, "Reached the epoch limit (1). Stopping...");
    assert!(test.starts_with("Accuracy of the model on the 1000 test images: "), "{test}");
    for bytes in [&output.stdout, &output.stderr] {
        assert!(!bytes.contains(&0x1b) && !bytes.contains(&b'\r'), "{text}");
    }
    for file in
        ["config.toml", "metrics.csv", "curves.svg", "curves.png", "network.svg", "train.log"]
    {
        assert!(Path::new(run).join(file).exists(), "{file}");
    }

    assert_fails(&["--config", config, "--model-base-path", run], 2, &["is not empty"]);
    let again = nin_train(&["--resume", run]);
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(stdout(&again).contains("Already at epoch 1"), "{}", stdout(&again));
    assert_fails(&["--resume", run, "--seed", "43"], 2, &["run.seed", "42", "43"]);
}
