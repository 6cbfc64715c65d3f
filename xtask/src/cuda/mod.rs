//! `cargo xtask cuda`: builds for NVIDIA cards, with a card or without.

mod build;
mod check;
mod setup;
mod stand_in;
mod test;
mod toolkit;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::cargo;
use crate::executable;
use toolkit::Toolkit;

#[derive(clap::Subcommand)]
pub(crate) enum Step {
    /// Find a CUDA toolkit of version 12 or 13, or install its compiler under target/
    Setup(setup::Options),
    /// Compile the kernels for every capability that the compiler knows, and type-check the rest
    Check,
    /// Build nin-train and nin-test for cards, into target/cuda
    Build(build::Options),
    /// Run the tests that need a card, where there is one
    Test(test::Options),
}

pub(crate) fn run(root: &Path, step: &Step) -> Result<()> {
    match step {
        Step::Setup(options) => setup::run(root, options),
        Step::Check => check::run(root),
        Step::Build(options) => build::run(root, options),
        Step::Test(options) => test::run(root, options),
    }
}

/// Builds a package's binary for cards at a profile, beside the programs, and says
/// where it is.
pub(crate) fn build_for_card(
    root: &Path,
    profile: &str,
    package: &str,
    binary: &str,
) -> Result<PathBuf> {
    let toolkit = Toolkit::find(root)?;
    let mut build = cargo_with(&toolkit, root, "build --target-dir target/cuda --features");
    build.arg(check::features(&[package]));
    executable::build_with(build, profile, package, binary)
}

/// A `cargo` command whose build scripts find the toolkit.
fn cargo_with(toolkit: &Toolkit, root: &Path, words: &str) -> Command {
    let mut command = cargo(words);
    command.current_dir(root).env("CUDA_HOME", toolkit.home());
    command
}
