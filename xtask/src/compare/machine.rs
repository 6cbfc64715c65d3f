//! Where and with what a comparison ran.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

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
        let git = ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"];
        Ok(Self {
            date: output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]))?,
            commit: output(Command::new("git").args(git).current_dir(root))?,
            cpu: cpu()?,
            rustc: output(Command::new("rustc").arg("--version").current_dir(root))?,
            versions: versions(python, environment)?,
        })
    }
}

fn cpu() -> Result<String> {
    let info = fs::read_to_string("/proc/cpuinfo").context("the processor's name is Linux's")?;
    Ok(cpu_model(&info).unwrap_or("unknown").to_owned())
}

/// The text of the first `model name`.
fn cpu_model(info: &str) -> Option<&str> {
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

fn versions(python: &Path, environment: &Environment) -> Result<BTreeMap<String, String>> {
    let script = "import importlib.metadata, json, platform, sys\n\
                  versions = {name: importlib.metadata.version(name) for name in sys.argv[1:]}\n\
                  print(json.dumps({'python': platform.python_version(), **versions}))";
    let mut command = Command::new(python);
    let versions = output(command.args(["-c", script]).args(environment.packages))?;
    Ok(serde_json::from_str(&versions)?)
}

/// What a command prints, without the end of its line.
fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {}", complaint.trim_end());
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let info = "processor\t: 0\nmodel name\t: AMD EPYC 9R14\nmodel name\t: other\n";
        assert_eq!(cpu_model(info), Some("AMD EPYC 9R14"));
        assert_eq!(cpu_model("processor\t: 0\n"), None);
    }

    #[test]
    fn output_ends_without_a_newline_and_failures_speak() {
        assert_eq!(output(Command::new("echo").arg("one")).unwrap(), "one");
        let error = output(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "sh: why");
    }
}
