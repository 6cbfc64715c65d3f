//! The settings of [`super::ReduceLrOnPlateau`].

use crate::names::named_enum;
use crate::{Direction, ScheduleError};

named_enum! {
    /// What `threshold` is measured against.
    ThresholdMode is "threshold_mode" {
        /// A part of the best value so far.
        Rel = "rel",
        /// An absolute amount.
        Abs = "abs",
    }
}

/// The settings of [`super::ReduceLrOnPlateau`], with PyTorch's names and defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateauSettings {
    /// Which way is better; PyTorch's `mode`. Default min.
    pub direction: Direction,
    /// What a cut multiplies the rate by, in (0, 1). Default 0.1.
    pub factor: f64,
    /// Epochs in a row without improvement that are borne; the next one cuts. Default 10.
    pub patience: usize,
    /// By how much the best value must be beaten. Finite, >= 0, below 1 when relative.
    /// Default 1e-4.
    pub threshold: f64,
    /// What `threshold` is measured against. Default relative.
    pub threshold_mode: ThresholdMode,
    /// Epochs after a cut in which bad epochs are not counted. Default 0.
    pub cooldown: usize,
    /// The lowest rate, in [0, lr). Default 0.
    pub min_lr: f64,
    /// A cut by no more than this is not made; finite, >= 0. Default 1e-8.
    pub eps: f64,
}

impl Default for PlateauSettings {
    fn default() -> Self {
        Self {
            direction: Direction::Min,
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            threshold_mode: ThresholdMode::Rel,
            cooldown: 0,
            min_lr: 0.0,
            eps: 1e-8,
        }
    }
}

impl PlateauSettings {
    /// Checks each setting's range, apart from `min_lr < lr`.
    ///
    /// # Errors
    ///
    /// For the first setting outside its range.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        let Self { factor, threshold, min_lr, eps, .. } = *self;
        ScheduleError::require(factor > 0.0 && factor < 1.0, "factor", factor, "(0, 1)")?;
        let (limit, range) = match self.threshold_mode {
            ThresholdMode::Rel => (1.0, "[0, 1) when relative"),
            ThresholdMode::Abs => (f64::INFINITY, "a finite number >= 0"),
        };
        ScheduleError::require((0.0..limit).contains(&threshold), "threshold", threshold, range)?;
        for (key, value) in [("min_lr", min_lr), ("eps", eps)] {
            ScheduleError::require(
                (0.0..f64::INFINITY).contains(&value),
                key,
                value,
                "a finite number >= 0",
            )?;
        }
        Ok(())
    }

    /// The rate after a cut from `lr`; `None` when the step would be too small to be made.
    pub fn cut(&self, lr: f64) -> Option<f64> {
        let cut = (lr * self.factor).max(self.min_lr);
        (lr - cut > self.eps).then_some(cut)
    }

    /// Whether `metric` beats `best`: strictly, by more than the threshold.
    pub fn is_better(&self, metric: f64, best: f64) -> bool {
        let threshold = self.threshold;
        match (self.direction, self.threshold_mode) {
            (Direction::Min, ThresholdMode::Rel) => metric < best * (1.0 - threshold),
            (Direction::Min, ThresholdMode::Abs) => metric < best - threshold,
            (Direction::Max, ThresholdMode::Rel) => metric > best * (1.0 + threshold),
            (Direction::Max, ThresholdMode::Abs) => metric > best + threshold,
        }
    }
}
