//! Starting and ending nin-train.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// nin-train with the configuration of the soak.
pub(super) struct Program {
    pub(super) executable: PathBuf,
    pub(super) config: PathBuf,
}

/// How a program came to its end.
pub(super) struct Ended {
    pub(super) output: Output,
    /// From the signal to the end; none if it had ended before.
    pub(super) took: Option<Duration>,
}

impl Program {
    /// A new training in a folder.
    pub(super) fn start(&self, run: &Path) -> Result<Child> {
        self.spawn(
            Command::new(&self.executable)
                .arg("--config")
                .arg(&self.config)
                .arg("--model-base-path")
                .arg(run),
        )
    }

    /// The training in a folder, continued.
    pub(super) fn resume(&self, run: &Path) -> Result<Child> {
        self.spawn(Command::new(&self.executable).arg("--resume").arg(run))
    }

    fn spawn(&self, command: &mut Command) -> Result<Child> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", self.executable.display()))
    }
}

/// Sends the signal after some time, unless the program ends before.
pub(super) fn end_after(mut child: Child, delay: Duration, signal: Signal) -> Result<Ended> {
    let moment = Instant::now() + delay;
    while let Some(left) = moment.checked_duration_since(Instant::now()) {
        if child.try_wait()?.is_some() {
            return Ok(Ended { output: child.wait_with_output()?, took: None });
        }
        thread::sleep(left.min(Duration::from_millis(1)));
    }
    if child.try_wait()?.is_some() {
        return Ok(Ended { output: child.wait_with_output()?, took: None });
    }
    let asked = Instant::now();
    // Should it end in this instant, its number is still its own until it is waited for.
    kill_process(Pid::from_child(&child), signal)?;
    let output = child.wait_with_output()?;
    Ok(Ended { output, took: Some(asked.elapsed()) })
}
