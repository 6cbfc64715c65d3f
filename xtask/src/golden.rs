//! `cargo xtask golden`: the PyTorch truth that tests compare with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command;

/// What the generator needs; `golden/requirements.txt` has the versions.
const IMPORTS: &str = "import numpy, safetensors, torch";

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
    require_torch(&options.python)?;
    let mut generate = Command::new(&options.python);
    generate.arg(root.join("golden/generate.py")).args(options.check.then_some("--check"));
    command::run(&mut generate)
}

fn require_torch(python: &Path) -> Result<()> {
    let status = Command::new(python)
        .args(["-c", IMPORTS])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let problem = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(_) => "cannot import numpy, safetensors and torch".to_owned(),
        Err(error) => format!("does not start: {error}"),
    };
    bail!(
        "{} {problem}\n\
         make an environment that has them, from the workspace's folder:\n\
         \n    python3 -m venv target/golden-venv\
         \n    target/golden-venv/bin/pip install -r golden/requirements.txt\
         \n    cargo xtask golden --python target/golden-venv/bin/python",
        python.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_without_torch_is_told_how_to_get_it() {
        // Both stand for a Python: one starts and fails, one does not start.
        for (python, problem) in [("false", "cannot import"), ("no-such-python", "does not start")]
        {
            let error = require_torch(Path::new(python)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{python} {problem}")), "{error}");
            assert!(error.contains("pip install -r golden/requirements.txt"), "{error}");
        }
    }
}
