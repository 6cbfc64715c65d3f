//! What can end a run, and the exit code that says so.

use std::io;
use std::path::{Path, PathBuf};

use nin_dataset::{DatasetError, ErrorKind};
use nin_layers::LayerError;
use nin_model::ModelError;
use nin_schedule::ScheduleError;

use crate::record::RecordError;

/// An error of a run. [`TrainError::exit_code`] says whose world it is in.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A flag, a key or a file of the configuration.
    #[error("{0}")]
    Usage(String),
    /// The data set.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The network.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The section `[schedule]`.
    #[error("schedule: {0}")]
    Schedule(#[from] ScheduleError),
    /// A file that holds something else than it should.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A run that is to go on with other data than it began with.
    #[error(
        "the {part} set is not the one that the run began with (SHA-256 {saved}): it has {found}"
    )]
    OtherData {
        /// The part: training or test.
        part: &'static str,
        /// Its fingerprint in the run's state.
        saved: String,
        /// Its fingerprint now.
        found: String,
    },
    /// A file that cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder without room for what a run keeps there.
    #[error("cannot write {}: no room for {:.1} MiB: {source}", path.display(), *bytes as f64 / 1_048_576.0)]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// What the run needs there.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A record of the run.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Training went wrong: a number that is not finite.
    #[error("epoch {epoch}, {place}: {source}")]
    Diverged {
        /// The epoch, from 1.
        epoch: u32,
        /// The batch of the training pass, from 1, or what followed that pass.
        place: String,
        /// What is not finite.
        source: Box<LayerError>,
    },
    /// Training goes on without learning, and `on_dead` is `stop`.
    #[error("epoch {epoch}: the network is dead: {diagnosis}. What helps: {remedies}")]
    Dead {
        /// The epoch, from 1.
        epoch: u32,
        /// What shows it.
        diagnosis: String,
        /// Settings that help.
        remedies: String,
    },
    /// The device that was asked for is not there.
    #[error("{0}")]
    Device(String),
    /// A signal ended the program.
    #[error("interrupted{}", run.as_deref().map_or_else(String::new, how_to_resume))]
    Interrupted {
        /// The number of the signal.
        signal: i32,
        /// The folder of the run, where it was a training: it can be resumed.
        run: Option<PathBuf>,
    },
    /// A bug of this program, or a device that cannot go on.
    #[error(transparent)]
    Bug(#[from] LayerError),
}

fn how_to_resume(run: &Path) -> String {
    format!("; continue with --resume {}", run.display())
}

impl TrainError {
    /// 1 a bug, 2 usage or configuration, 3 data, 4 training failed, 5 device,
    /// 6 cannot write, 128 + the number of the signal that interrupted.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Schedule(_) => 2,
            Self::Dataset(error) => match error.kind() {
                ErrorKind::Usage => 2,
                ErrorKind::Data => 3,
                ErrorKind::Write => 6,
                // Only an interrupt cancels, and that is an error of its own.
                ErrorKind::Cancelled | ErrorKind::Bug => 1,
            },
            Self::Model(error) if !matches!(error, ModelError::Checkpoint(_)) => 2,
            Self::Model(_) | Self::File { .. } | Self::Read { .. } | Self::OtherData { .. } => 3,
            Self::Diverged { .. } | Self::Dead { .. } => 4,
            Self::Device(_) | Self::Bug(LayerError::Device { .. }) => 5,
            Self::Record(RecordError::Metrics { .. }) => 3,
            Self::Record(_) | Self::Write { .. } | Self::NoRoom { .. } => 6,
            Self::Interrupted { signal, .. } => u8::try_from(128 + signal).unwrap_or(1),
            Self::Bug(_) => 1,
        }
    }

    /// For `map_err`: a file that cannot be read.
    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Read { path: path.to_owned(), source }
    }

    /// For `map_err`: a file or folder that cannot be written.
    pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Write { path: path.to_owned(), source }
    }

    /// For `map_err`: a file that holds something else than it should.
    pub(crate) fn in_file<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self + '_ {
        |problem| Self::File { path: path.to_owned(), problem: problem.to_string() }
    }
}
