//! How long a training is.

use crate::ScheduleError;

/// How long a training is: what a schedule by iterations must know in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingLength {
    /// Number of epochs.
    pub epochs: usize,
    /// Optimiser steps in one epoch: batches, the last partial one included.
    pub iterations_per_epoch: usize,
}

impl TrainingLength {
    /// All optimiser steps of the training.
    ///
    /// ```
    /// use nin_schedule::TrainingLength;
    ///
    /// let length = TrainingLength { epochs: 3, iterations_per_epoch: 1500 };
    /// assert_eq!(length.iterations(), 4500);
    /// ```
    pub fn iterations(self) -> usize {
        self.epochs.saturating_mul(self.iterations_per_epoch)
    }

    /// A schedule by iterations needs an end.
    pub(crate) fn require_known(self) -> Result<(), ScheduleError> {
        let Self { epochs, iterations_per_epoch } = self;
        let allowed = ">= 1 for a schedule by iterations";
        ScheduleError::require(epochs > 0, "max_epoch", epochs, allowed)?;
        ScheduleError::require(
            iterations_per_epoch > 0,
            "iterations_per_epoch",
            iterations_per_epoch,
            allowed,
        )
    }
}
