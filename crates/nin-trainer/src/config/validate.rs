//! What can be checked of a configuration without data.

use nin_dataset::DatasetError;
use nin_schedule::ScheduleError;

use super::Config;
use super::value::KeyError;
use crate::TrainError;

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
        self.data.validate().map_err(in_data)?;
        self.optimizer
            .check()
            .map_err(|(key, problem)| KeyError::new("optimizer", key, problem))?;
        self.schedule.validate(self.optimizer.lr).map_err(in_schedule)
    }
}

fn in_data(error: DatasetError) -> KeyError {
    match error {
        DatasetError::Config { key, problem } => KeyError::new("data", key, problem),
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
