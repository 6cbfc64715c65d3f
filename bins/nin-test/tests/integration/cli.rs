//! The program's flags and exit codes.

use std::process::Command;

use crate::common::{Ended, ended};

fn nin_test(arguments: &[&str]) -> Ended {
    ended(Command::new(env!("CARGO_BIN_EXE_nin-test")).args(arguments))
}

#[test]
fn wrong_flags_are_usage_errors() {
    nin_test(&[]).badly(2, &["--model-path"]);
    for (flag, value, part) in [
        ("--batch-size", "0", "want a whole number of at least 1"),
        ("--batch_size", "-8", "want a whole number of at least 1"),
        ("--image-size", "0", "want a whole number of at least 1"),
        ("--num_classes", "ten", "want a whole number of at least 1"),
        ("--split", "half", "want test, val or train"),
        ("--device", "banana", "want auto, cpu, cuda or cuda:N"),
        ("--dataset", "", "empty name"),
    ] {
        nin_test(&["--model-path", "run", &format!("{flag}={value}")]).badly(2, &[part]);
    }
}

#[test]
fn a_checkpoint_that_is_not_there_is_named() {
    for flag in ["--model-path", "--model_path"] {
        nin_test(&[flag, "no/such.safetensors"]).badly(3, &["no/such.safetensors"]);
    }
}

#[test]
fn help_and_version() {
    assert!(nin_test(&["--help"]).well().out.contains("Exit codes"));
    let version = nin_test(&["--version"]).well().out;
    assert!(version.starts_with(concat!("nin-test ", env!("CARGO_PKG_VERSION"))), "{version}");
}
