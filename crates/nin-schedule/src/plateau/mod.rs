//! Cuts the rate when a quantity has stopped improving.

mod settings;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::settings::{PlateauSettings, ThresholdMode};
use crate::{Direction, ScheduleError, exact_text};

/// What an epoch did to the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum RateChange {
    /// The plateau did not cut the rate.
    Kept,
    /// The plateau cut the rate.
    Cut,
}

/// All that changes in a [`ReduceLrOnPlateau`]: save it, and restore it to go on exactly.
///
/// Its floats are written as text, so that JSON keeps each bit and the infinities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauState {
    /// The rate of the next epoch.
    #[serde(with = "exact_text")]
    pub lr: f64,
    /// The best value so far; before the first, the direction's worst infinity.
    #[serde(with = "exact_text")]
    pub best: f64,
    /// Epochs in a row without improvement; PyTorch's `num_bad_epochs`.
    pub bad_epochs: usize,
    /// Epochs of cooldown left; PyTorch's `cooldown_counter`.
    pub cooldown_left: usize,
    /// Epochs seen; PyTorch's `last_epoch`.
    pub epoch: usize,
}

/// PyTorch's `ReduceLROnPlateau`: lr ← max(lr · factor, min_lr) at the (patience + 1)-th epoch
/// in a row without improvement.
///
/// Each epoch, in this order:
///
/// 1. the metric m is better than the best b when m < b · (1 − t) (min, relative),
///    m < b − t (min, absolute), m > b · (1 + t) (max, relative), m > b + t (max, absolute);
/// 2. better: b ← m and no bad epochs; otherwise one more bad epoch;
/// 3. in a cooldown: one epoch of it less, and no bad epochs;
/// 4. more bad epochs than `patience`: the rate is cut, if by more than `eps`; the cooldown
///    starts and the bad epochs are forgotten even when it was not.
///
/// # Edges
///
/// * NaN is never better, so with patience 0 it cuts at once.
/// * With a relative threshold a negative best behaves oddly, as in PyTorch: in min mode a
///   flat −1 counts as better for ever and the rate is never cut. For quantities that can be
///   negative, take an absolute threshold.
/// * Keras cuts one epoch earlier for the same patience.
///
/// # Source
///
/// `torch/optim/lr_scheduler.py` of PyTorch 2.15.0, for a single rate. Here `factor` must be
/// above 0 and `min_lr` below the first rate; PyTorch accepts such settings, which are useless.
///
/// ```
/// use nin_schedule::{PlateauSettings, RateChange, ReduceLrOnPlateau};
///
/// let settings = PlateauSettings { patience: 1, ..Default::default() };
/// let mut schedule = ReduceLrOnPlateau::new(1.0, settings)?;
/// assert_eq!(schedule.step(0.7), RateChange::Kept);
/// assert_eq!(schedule.step(0.8), RateChange::Kept);
/// assert_eq!(schedule.step(0.7), RateChange::Cut);
/// assert_eq!(schedule.lr(), 0.1);
/// # Ok::<(), nin_schedule::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ReduceLrOnPlateau {
    settings: PlateauSettings,
    state: PlateauState,
}

impl ReduceLrOnPlateau {
    /// A schedule that starts at `lr`.
    ///
    /// # Errors
    ///
    /// When `lr` or a setting is outside its range.
    pub fn new(lr: f64, settings: PlateauSettings) -> Result<Self, ScheduleError> {
        ScheduleError::require_lr(lr)?;
        settings.validate()?;
        let min_lr = settings.min_lr;
        ScheduleError::require(min_lr < lr, "min_lr", min_lr, format!("[0, lr), with lr = {lr}"))?;
        let best = match settings.direction {
            Direction::Min => f64::INFINITY,
            Direction::Max => f64::NEG_INFINITY,
        };
        let state = PlateauState { lr, best, bad_epochs: 0, cooldown_left: 0, epoch: 0 };
        Ok(Self { settings, state })
    }

    /// The rate of the next epoch.
    pub fn lr(&self) -> f64 {
        self.state.lr
    }

    /// Takes one epoch's metric.
    pub fn step(&mut self, metric: f64) -> RateChange {
        let state = &mut self.state;
        state.epoch += 1;
        if self.settings.is_better(metric, state.best) {
            state.best = metric;
            state.bad_epochs = 0;
        } else {
            state.bad_epochs += 1;
        }
        if state.cooldown_left > 0 {
            state.cooldown_left -= 1;
            state.bad_epochs = 0;
        }
        if state.bad_epochs <= self.settings.patience {
            return RateChange::Kept;
        }
        state.cooldown_left = self.settings.cooldown;
        state.bad_epochs = 0;
        match self.settings.cut(state.lr) {
            Some(lr) => {
                state.lr = lr;
                RateChange::Cut
            }
            None => RateChange::Kept,
        }
    }

    /// The state to save.
    pub fn state(&self) -> &PlateauState {
        &self.state
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    ///
    /// When the state's rate is not finite or negative, or its best value is NaN.
    pub fn restore(&mut self, state: PlateauState) -> Result<(), ScheduleError> {
        let lr_holds = (0.0..f64::INFINITY).contains(&state.lr);
        ScheduleError::require(lr_holds, "lr", state.lr, "a finite number >= 0 in a saved state")?;
        ScheduleError::require(
            !state.best.is_nan(),
            "best",
            state.best,
            "a number in a saved state",
        )?;
        self.state = state;
        Ok(())
    }
}
