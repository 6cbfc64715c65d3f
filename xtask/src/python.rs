//! The Python packages that a task needs, and how to get them.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// What a task needs of Python.
pub(crate) struct Environment {
    /// The task's name.
    pub(crate) task: &'static str,
    /// The packages as they are imported.
    pub(crate) packages: &'static [&'static str],
    /// The file with their versions, relative to the workspace's folder.
    pub(crate) requirements: &'static str,
}

impl Environment {
    /// Refuses an interpreter that does not have the packages.
    pub(crate) fn require(&self, python: &Path) -> Result<()> {
        let status = Command::new(python)
            .args(["-c", &format!("import {}", self.packages.join(", "))])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let problem = match status {
            Ok(status) if status.success() => return Ok(()),
            Ok(_) => format!("cannot import {}", self.packages.join(", ")),
            Err(error) => format!("does not start: {error}"),
        };
        let Self { task, requirements, .. } = self;
        bail!(
            "{} {problem}\n\
             make an environment that has them, from the workspace's folder:\n\
             \n    python3 -m venv target/{task}-venv\
             \n    target/{task}-venv/bin/pip install -r {requirements}\
             \n    cargo xtask {task} --python target/{task}-venv/bin/python",
            python.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_without_packages_is_told_how_to_get_them() {
        let environment = Environment {
            task: "golden",
            packages: &["numpy", "torch"],
            requirements: "golden/requirements.txt",
        };
        // Both stand for a Python: one starts and fails, one does not start.
        for (python, problem) in
            [("false", "cannot import numpy, torch"), ("no-such-python", "does not start")]
        {
            let error = environment.require(Path::new(python)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{python} {problem}")), "{error}");
            assert!(error.contains("pip install -r golden/requirements.txt"), "{error}");
            assert!(
                error.contains("cargo xtask golden --python target/golden-venv/bin"),
                "{error}"
            );
        }
    }
}
