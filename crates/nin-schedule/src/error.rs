//! What can be wrong with settings, names and saved states.

use std::fmt::Display;

/// An error of a setting, a name or a saved state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// A setting lies outside its range.
    #[error("{key} = {got} is out of range: allowed is {allowed}")]
    OutOfRange {
        /// The setting's name.
        key: &'static str,
        /// The value that was given.
        got: String,
        /// The values that are allowed.
        allowed: String,
    },

    /// A name is none of those known.
    #[error("{key} = {got:?} is not known: allowed is {allowed}")]
    UnknownName {
        /// The setting's name.
        key: &'static str,
        /// The text that was given.
        got: String,
        /// Every known name, separated by commas.
        allowed: String,
    },

    /// Neither limit would ever end the training.
    #[error("max_epoch = 0 means no limit, and {why}: allowed is max_epoch >= 1")]
    NeverStops {
        /// Why `max_reduce` does not end it either.
        why: String,
    },

    /// A saved state belongs to another kind of schedule.
    #[error("the saved state is of kind {got}, the schedule of kind {wanted}")]
    StateOfAnotherKind {
        /// The schedule's kind.
        wanted: &'static str,
        /// The state's kind.
        got: &'static str,
    },
}

impl ScheduleError {
    /// `Ok` when `holds`, otherwise [`ScheduleError::OutOfRange`].
    pub(crate) fn require(
        holds: bool,
        key: &'static str,
        got: impl Display,
        allowed: impl Into<String>,
    ) -> Result<(), Self> {
        if holds {
            return Ok(());
        }
        Err(Self::OutOfRange { key, got: got.to_string(), allowed: allowed.into() })
    }

    /// The rule of every starting rate.
    pub(crate) fn require_lr(lr: f64) -> Result<(), Self> {
        Self::require(lr > 0.0 && lr.is_finite(), "lr", lr, "a finite number > 0")
    }
}
