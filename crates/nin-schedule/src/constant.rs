//! One rate from the first step to the last.

use crate::ScheduleError;

/// A rate that never changes: lr_k = lr.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    lr: f64,
}

impl Constant {
    /// A constant rate.
    ///
    /// # Errors
    ///
    /// When `lr` is not finite and above 0.
    pub fn new(lr: f64) -> Result<Self, ScheduleError> {
        ScheduleError::require_lr(lr)?;
        Ok(Self { lr })
    }

    /// The rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }
}
