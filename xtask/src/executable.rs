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
    let messages = messages(&mut build)?;
    messages.iter().find_map(|line| executable(line)).context("cargo names no executable")
}

/// The program that has the unit tests of the library `library`, as `tests`, a
/// `cargo test` command, builds it.
pub(crate) fn unit_tests(tests: &str, library: &str) -> Result<PathBuf> {
    let messages = messages(cargo(tests).arg("--no-run"))?;
    let found = messages.iter().find_map(|line| tests_of(library, line));
    found.with_context(|| format!("cargo names no tests of {library}"))
}

fn messages(cargo: &mut Command) -> Result<Vec<String>> {
    command::read(cargo.args(["--message-format", "json-render-diagnostics"]))
}

/// The part of cargo's messages that matters here.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The executable in a line of cargo's, most of which tell of libraries.
fn executable(line: &str) -> Option<PathBuf> {
    serde_json::from_str::<Artifact>(line).ok()?.executable
}

/// The executable in a line of cargo's if it has the tests of a library.
fn tests_of(library: &str, line: &str) -> Option<PathBuf> {
    let Artifact { target, executable } = serde_json::from_str(line).ok()?;
    let is_library = target.name == library && target.kind.iter().any(|kind| kind == "lib");
    executable.filter(|_| is_library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_libraries() {
        let line = r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"contestant"},
                       "executable":"/x/contestant","fresh":true}"#;
        assert_eq!(executable(line), Some("/x/contestant".into()));
        for other in [
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"a"},"executable":null}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "",
        ] {
            assert_eq!(executable(other), None, "{other}");
        }
    }

    #[test]
    fn the_tests_of_a_library_are_found_among_others() {
        let line = |kind: &str, name: &str| {
            format!(r#"{{"target":{{"kind":["{kind}"],"name":"{name}"}},"executable":"/x/tests"}}"#)
        };
        assert_eq!(tests_of("nin_a", &line("lib", "nin_a")), Some("/x/tests".into()));
        assert_eq!(tests_of("nin_a", &line("lib", "nin_b")), None);
        assert_eq!(tests_of("nin_a", &line("test", "nin_a")), None);
        let built = r#"{"target":{"kind":["lib"],"name":"nin_a"},"executable":null}"#;
        assert_eq!(tests_of("nin_a", built), None);
    }
}
