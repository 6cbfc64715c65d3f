//! Training: the loop, what it starts from and what it leaves behind.

mod announce;
mod session;

use std::path::{Path, PathBuf};

pub use announce::dry_run;
pub(crate) use announce::test_accuracy;

use crate::run_folder::RunFolder;
use crate::{Config, Console, Interrupt, TestResult, TrainError, compute, state};
use session::Session;

/// What a training starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Initial weights from the seed.
    New,
    /// The last state of the run in this folder, to be continued exactly.
    Resume(PathBuf),
    /// A new run from the weights in this checkpoint.
    Weights(PathBuf),
}

/// Trains, validates, records, stops and tests, as `config` says. Gives the
/// test's result, or `None` for a resumed run that was over already.
///
/// # Errors
///
/// Any [`TrainError`]; one of a signal leaves a run that can be resumed.
pub fn train(
    config: &Config,
    start: &Start,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Option<TestResult>, TrainError> {
    config.validate()?;
    let device = compute::device(config.compute.device)?;
    let threads = compute::threads(config.compute.threads)?;
    threads.install(|| match Session::open(config, start, &device, console, interrupt)? {
        Some(mut session) => session.run().map(Some),
        None => Ok(None),
    })
}

/// The configuration of the run in a folder, for a resume.
///
/// # Errors
///
/// A folder that is no run, or whose last state cannot be read.
pub fn resumed_config(run: &Path) -> Result<Config, TrainError> {
    let folder = RunFolder::open(run)?;
    let (progress, _) = state::read(&last_state(&folder)?)?;
    Ok(progress.config)
}

fn last_state(folder: &RunFolder) -> Result<PathBuf, TrainError> {
    let epoch = folder.last_state()?.ok_or_else(|| {
        TrainError::in_file(folder.path())(
            "nothing to resume: no state in checkpoints; a run that ended before its first one can \
             be started again in this folder",
        )
    })?;
    Ok(folder.state(epoch))
}
