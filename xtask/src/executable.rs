//! Binaries of the workspace, optimised.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command::{self, cargo};

/// The profile of what is measured beside others: dependencies are optimised too,
/// candle above all, which is one of them.
pub(crate) const MEASURED: &str = "bench";

/// Builds a package's binary at a profile and says where it is.
pub(crate) fn build(profile: &str, package: &str, binary: &str) -> Result<PathBuf> {
    build_with(cargo("build"), profile, package, binary)
}

/// As [`build`], by a `cargo build` with words and settings of its own.
pub(crate) fn build_with(
    mut build: Command,
    profile: &str,
    package: &str,
    binary: &str,
) -> Result<PathBuf> {
    build.args(["--profile", profile, "--locked", "--package", package, "--bin", binary]);
    let messages = command::read(build.args(["--message-format", "json-render-diagnostics"]))?;
    messages.iter().find_map(|line| executable(line)).context("cargo names no executable")
}

/// The part of cargo's messages that matters here.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
}

/// The executable in a line of cargo's, most of which tell of libraries.
fn executable(line: &str) -> Option<PathBuf> {
    serde_json::from_str::<Artifact>(line).ok()?.executable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_libraries() {
        let line = r#"{"reason":"compiler-artifact","executable":"/x/contestant","fresh":true}"#;
        assert_eq!(executable(line), Some("/x/contestant".into()));
        for other in [
            r#"{"reason":"compiler-artifact","executable":null}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "",
        ] {
            assert_eq!(executable(other), None, "{other}");
        }
    }
}
