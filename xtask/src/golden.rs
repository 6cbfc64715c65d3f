//! `cargo xtask golden`: the PyTorch truth that tests compare with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::python::Environment;

const ENVIRONMENT: Environment = Environment {
    task: "golden",
    packages: &["numpy", "safetensors", "torch"],
    requirements: "golden/requirements.txt",
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Compare with the committed files and write nothing
    #[arg(long)]
    check: bool,
    /// The Python interpreter that has PyTorch
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: PathBuf,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    ENVIRONMENT.require(&options.python)?;
    let mut generate = Command::new(&options.python);
    generate.arg(root.join("golden/generate.py")).args(options.check.then_some("--check"));
    command::run(&mut generate)
}
