//! What can be checked of a configuration without data.

use nin_dataset::{DatasetError, Whitening};
use nin_schedule::ScheduleError;

use super::Config;
use super::value::KeyError;
use crate::TrainError;

/// A test keeps a table of classes by classes and prints it.
const MOST_CLASSES: usize = 4096;

/// More than any machine has cores; the system has to keep each.
const MOST_THREADS: usize = 1024;

impl Config {
    /// Checks every section but `[model]`, which is checked when a
    /// [`Network`](nin_model::Network) is planned.
    ///
    /// # Errors
    ///
    /// The first key with a bad value.
    pub fn validate(&self) -> Result<(), TrainError> {
        self.check().map_err(|error| TrainError::Usage(error.to_string()))
    }

    pub(super) fn check(&self) -> Result<(), KeyError> {
        self.data.validate().map_err(|error| in_section("data", error))?;
        let size = self.data.image_size;
        self.augment.validate(size).map_err(|error| in_section("augment", error))?;
        if self.augment.small_epochs > 0 && self.data.whitening != Whitening::None {
            let problem = "whitening is for pictures of one size; want 0 with it".to_owned();
            return Err(KeyError::new("augment", "small_epochs", problem));
        }
        let classes = self.data.num_classes;
        if classes > MOST_CLASSES {
            let problem = format!("allowed is 1 to {MOST_CLASSES}, got {classes}");
            return Err(KeyError::new("data", "num_classes", problem));
        }
        let threads = self.compute.threads;
        if threads > MOST_THREADS {
            let problem = format!("allowed is 0 to {MOST_THREADS}, got {threads}");
            return Err(KeyError::new("compute", "threads", problem));
        }
        self.optimizer
            .check()
            .map_err(|(key, problem)| KeyError::new("optimizer", key, problem))?;
        self.schedule.validate(self.optimizer.lr).map_err(in_schedule)
    }
}

fn in_section(section: &'static str, error: DatasetError) -> KeyError {
    match error {
        DatasetError::Config { key, problem } => KeyError::new(section, key, problem),
        other => KeyError::new("data", "dataset", other.to_string()),
    }
}

fn in_schedule(error: ScheduleError) -> KeyError {
    match error {
        ScheduleError::OutOfRange { key: "lr", got, allowed } => {
            KeyError::new("optimizer", "lr", format!("allowed is {allowed}, got {got}"))
        }
        ScheduleError::OutOfRange { key, got, allowed } => {
            KeyError::new("schedule", key, format!("allowed is {allowed}, got {got}"))
        }
        other => KeyError::new("schedule", "max_epoch", other.to_string()),
    }
}
