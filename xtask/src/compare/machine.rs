//! Where and with what a comparison ran.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

use crate::machine::{commit, cpu, date, output};
use crate::python::Environment;

/// What numbers mean nothing without.
#[derive(Serialize)]
pub(super) struct Machine {
    /// UTC, to the second.
    date: String,
    /// Of the workspace; ends in `-dirty` with changes that are not committed.
    commit: String,
    cpu: String,
    rustc: String,
    /// Python and its packages.
    versions: BTreeMap<String, String>,
}

impl Machine {
    pub(super) fn read(root: &Path, python: &Path, environment: &Environment) -> Result<Self> {
        Ok(Self {
            date: date()?,
            commit: commit(root, &["--untracked-files=no"])?,
            cpu: cpu()?,
            rustc: output(Command::new("rustc").arg("--version").current_dir(root))?,
            versions: versions(python, environment)?,
        })
    }
}

fn versions(python: &Path, environment: &Environment) -> Result<BTreeMap<String, String>> {
    let script = "import importlib.metadata, json, platform, sys\n\
                  versions = {name: importlib.metadata.version(name) for name in sys.argv[1:]}\n\
                  print(json.dumps({'python': platform.python_version(), **versions}))";
    let mut command = Command::new(python);
    let versions = output(command.args(["-c", script]).args(environment.packages))?;
    Ok(serde_json::from_str(&versions)?)
}
