//! `cargo xtask ci`: everything that must pass before a change is merged.

mod dependencies;
mod levels;
mod licences;
mod packages;
mod quick_run;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::command::{self, cargo};
use crate::tidy;

/// The README's test command.
const TEST: &str = "test --workspace";

/// Runs the steps in order and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    // Paths in the commands, such as configs/quick.toml, are the README's.
    std::env::set_current_dir(root)?;
    let start = Instant::now();
    tidy::run(root, &tidy::Options::default())?;
    command::run(&mut cargo("fmt --all --check"))?;
    command::run(cargo("clippy --workspace --all-targets --locked --").args(["-D", "warnings"]))?;
    command::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))?;
    command::run(&mut cargo(TEST))?;
    levels::check(root, TEST)?;
    dependencies::check()?;
    packages::check(root)?;
    licences::check()?;
    quick_run::check(root)?;
    println!("\nci: everything passed in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}
