//! What a run writes down after each epoch: `metrics.csv`, TensorBoard events
//! and the drawn curves.
//!
//! Each recorder stands alone and takes the same [`EpochRecord`]; none knows a
//! tensor or the training loop.

pub mod curves;
pub mod events;
pub mod metrics;
mod records;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use curves::draw_curves;
pub use events::EventsFile;
pub use metrics::MetricsFile;
pub(crate) use records::Records;

/// The numbers of one finished epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Epoch, counted from 1.
    pub epoch: u32,
    /// Learning rate the epoch was trained with (its last, for a rate that
    /// changes within the epoch).
    pub lr: f64,
    /// Training loss, mean over samples.
    pub train_loss: f64,
    /// Training accuracy, 0 to 1.
    pub train_accuracy: f64,
    /// Validation loss, mean over samples; `None` without a validation part.
    pub val_loss: Option<f64>,
    /// Validation accuracy, 0 to 1; `None` without a validation part.
    pub val_accuracy: Option<f64>,
    /// Wall time of the epoch in seconds.
    pub seconds: f64,
    /// Training images per second.
    pub images_per_second: f64,
}

/// Why a record could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of `metrics.csv` is not one that this program writes.
    #[error("{}, line {line}: got {got:?}, wanted {wanted}", path.display())]
    Metrics {
        /// The metrics file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// The line's text.
        got: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// The curves could not be turned into a PNG.
    #[error("drawing the curves: {0}")]
    Drawing(String),
}

impl RecordError {
    /// For `map_err`: an input or output error at `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_path_buf(), source }
    }
}
