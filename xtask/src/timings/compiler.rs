//! The compiler, called by cargo through this program, which writes down what
//! each call took.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result};

use super::processor;

/// Names the file that a call's line is added to.
const RECORD: &str = "XTASK_TIMINGS_RECORD";

/// Makes `cargo` call the compiler through this program.
pub(super) fn record(cargo: &mut Command, record: &Path) -> Result<()> {
    let this = std::env::current_exe().context("where this program lies")?;
    cargo.env("RUSTC_WRAPPER", this).env(RECORD, record);
    Ok(())
}

/// Where this program was called in place of the compiler, the call's exit code.
pub(crate) fn run_as_wrapper() -> Option<ExitCode> {
    let record = std::env::var_os(RECORD)?;
    let code = call(Path::new(&record)).unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    });
    Some(code)
}

fn call(record: &Path) -> Result<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    let compiler = words.next().context("cargo names the compiler")?;
    let start = Instant::now();
    let status = Command::new(compiler).args(words).env_remove(RECORD).status()?;
    // Questions about the compiler itself belong to no package.
    if let Ok(package) = std::env::var("CARGO_PKG_NAME") {
        let wall = start.elapsed().as_secs_f64();
        let line = format!("{package} {} {wall}\n", processor::of_children()?);
        let mut file = OpenOptions::new().create(true).append(true).open(record)?;
        file.write_all(line.as_bytes())?;
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
