//! The program's flags and exit codes.

use std::process::{Command, Output};

fn nin_test(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nin-test")).args(arguments).output().unwrap()
}

/// Ends with exit code `code` and a message that has `part`.
fn assert_fails(arguments: &[&str], code: i32, part: &str) {
    let output = nin_test(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    assert!(message.contains(part) && !message.contains("panicked"), "{arguments:?}: {message}");
}

#[test]
fn wrong_flags_are_usage_errors() {
    assert_fails(&[], 2, "--model-path");
    for (flag, value, part) in [
        ("--batch-size", "0", "want a whole number of at least 1"),
        ("--batch_size", "-8", "want a whole number of at least 1"),
        ("--image-size", "0", "want a whole number of at least 1"),
        ("--num_classes", "ten", "want a whole number of at least 1"),
        ("--split", "half", "want test, val or train"),
        ("--device", "banana", "want auto, cpu, cuda or cuda:N"),
        ("--dataset", "", "empty name"),
    ] {
        assert_fails(&["--model-path", "run", &format!("{flag}={value}")], 2, part);
    }
}

#[test]
fn a_checkpoint_that_is_not_there_is_named() {
    for flag in ["--model-path", "--model_path"] {
        assert_fails(&[flag, "no/such.safetensors"], 3, "no/such.safetensors");
    }
}

#[test]
fn help_and_version() {
    let text = |flag| String::from_utf8(nin_test(&[flag]).stdout).unwrap();
    assert!(text("--help").contains("Exit codes"));
    assert!(text("--version").starts_with(concat!("nin-test ", env!("CARGO_PKG_VERSION"))));
}
