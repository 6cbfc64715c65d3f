//! All records of one run.

use std::path::{Path, PathBuf};

use super::{EpochRecord, EventsFile, MetricsFile, RecordError, draw_curves};

/// Metrics, events and curves in a run's folder.
#[derive(Debug)]
pub(crate) struct Records {
    folder: PathBuf,
    /// What stands above the curves.
    title: String,
    metrics: MetricsFile,
    events: EventsFile,
    epochs: Vec<EpochRecord>,
}

impl Records {
    /// The records of a new run.
    pub(crate) fn create(folder: &Path, title: &str) -> Result<Self, RecordError> {
        let metrics = MetricsFile::create(&metrics_path(folder))?;
        let events = EventsFile::create(folder)?;
        Ok(Self::new(folder, title, metrics, events, Vec::new()))
    }

    /// The records of a run that goes on after `epoch`, whatever part of them there is.
    pub(crate) fn resume(folder: &Path, title: &str, epoch: u32) -> Result<Self, RecordError> {
        let (metrics, epochs) = MetricsFile::resume(&metrics_path(folder), epoch)?;
        let events = EventsFile::resume(folder, epoch)?;
        Ok(Self::new(folder, title, metrics, events, epochs))
    }

    fn new(
        folder: &Path,
        title: &str,
        metrics: MetricsFile,
        events: EventsFile,
        epochs: Vec<EpochRecord>,
    ) -> Self {
        Self { folder: folder.to_owned(), title: title.to_owned(), metrics, events, epochs }
    }

    /// Writes down an epoch and draws the curves anew. A picture that fails is a
    /// warning.
    pub(crate) fn append(&mut self, epoch: EpochRecord) -> Result<(), RecordError> {
        self.metrics.append(&epoch)?;
        self.events.append(&epoch)?;
        self.epochs.push(epoch);
        if let Err(error) = draw_curves(&self.folder, &self.title, &self.epochs) {
            tracing::warn!("the curves were not drawn: {error}");
        }
        Ok(())
    }
}

fn metrics_path(folder: &Path) -> PathBuf {
    folder.join("metrics.csv")
}
