//! What the numbers of a run come from, besides its settings.

use serde::{Deserialize, Serialize};

use crate::TrainError;

/// The data and the arithmetic of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The fingerprint of the training set, validation part included.
    pub(crate) train: String,
    /// The fingerprint of the test set.
    pub(crate) test: String,
    /// The vector instructions of the kernels.
    pub(crate) instruction_set: String,
}

impl Origin {
    /// Whether a run that comes from this may go on with `found`.
    ///
    /// # Errors
    ///
    /// Other data. Other instructions round otherwise, which is said in the log.
    pub(crate) fn check(&self, found: &Self) -> Result<(), TrainError> {
        for (part, saved, found) in
            [("training", &self.train, &found.train), ("test", &self.test, &found.test)]
        {
            if saved != found {
                return Err(TrainError::OtherData {
                    part,
                    saved: saved.clone(),
                    found: found.clone(),
                });
            }
        }
        if self.instruction_set != found.instruction_set {
            tracing::warn!(
                "the run began with {}, this machine has {}: sums round otherwise, so the run ends \
                 with other digits than it would have",
                self.instruction_set,
                found.instruction_set
            );
        }
        Ok(())
    }
}
