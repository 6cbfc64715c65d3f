//! When a training ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RateChange;

/// Why a training ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The last epoch allowed has been trained.
    EpochLimit,
    /// The plateau has cut the rate as often as allowed.
    Converged,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::EpochLimit => "the epoch limit is reached",
            Self::Converged => "training has converged",
        })
    }
}

/// All that changes in a [`ConvergenceStop`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopState {
    /// How often the plateau has cut the rate.
    pub reductions: usize,
}

/// Ends a training after `max_epoch` epochs or **at** the `max_reduce`-th cut of the plateau.
///
/// The epoch limit is looked at first. 0 means no limit. With `max_reduce = 3` the training
/// ends with the epoch that brings the third cut, so it has trained at lr, lr / 10 and
/// lr / 100 (factor 0.1). Only the plateau's cuts count, not the changes of another schedule.
///
/// # Source
///
/// The stop rule of the original Network In Network program, which counts every change of
/// the rate; with its plateau schedule the two are the same.
///
/// ```
/// use nin_schedule::{ConvergenceStop, RateChange, StopReason};
///
/// let mut stop = ConvergenceStop::new(100, 2);
/// assert_eq!(stop.step_epoch(1, RateChange::Cut), None);
/// assert_eq!(stop.step_epoch(2, RateChange::Kept), None);
/// assert_eq!(stop.step_epoch(3, RateChange::Cut), Some(StopReason::Converged));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvergenceStop {
    max_epoch: usize,
    max_reduce: usize,
    state: StopState,
}

impl ConvergenceStop {
    /// A stop rule that has counted nothing.
    pub fn new(max_epoch: usize, max_reduce: usize) -> Self {
        Self { max_epoch, max_reduce, state: StopState::default() }
    }

    /// Counts what epoch `epoch` (from 1) did to the rate, and says whether to stop after it.
    #[must_use]
    pub fn step_epoch(&mut self, epoch: usize, change: RateChange) -> Option<StopReason> {
        if change == RateChange::Cut {
            self.state.reductions += 1;
        }
        self.reason(epoch)
    }

    /// Whether the training is over when `epoch` epochs are done: for a resumed run, before
    /// its first epoch.
    #[must_use]
    pub fn reason(&self, epoch: usize) -> Option<StopReason> {
        if self.max_epoch > 0 && epoch >= self.max_epoch {
            Some(StopReason::EpochLimit)
        } else if self.max_reduce > 0 && self.state.reductions >= self.max_reduce {
            Some(StopReason::Converged)
        } else {
            None
        }
    }

    /// The state to save.
    pub fn state(&self) -> StopState {
        self.state
    }

    /// Goes on from a saved state.
    pub fn restore(&mut self, state: StopState) {
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::RateChange::{Cut, Kept};
    use super::*;

    #[test]
    fn the_epoch_limit_is_looked_at_first() {
        let mut stop = ConvergenceStop::new(2, 1);
        assert_eq!(stop.step_epoch(1, Kept), None);
        assert_eq!(stop.step_epoch(2, Cut), Some(StopReason::EpochLimit));
    }

    #[test]
    fn zero_is_no_limit() {
        let mut no_epoch_limit = ConvergenceStop::new(0, 1);
        assert_eq!(no_epoch_limit.step_epoch(1_000_000, Kept), None);
        assert_eq!(no_epoch_limit.step_epoch(1_000_001, Cut), Some(StopReason::Converged));

        let mut no_reduce_limit = ConvergenceStop::new(100, 0);
        assert!((1..100).all(|epoch| no_reduce_limit.step_epoch(epoch, Cut).is_none()));
        assert_eq!(no_reduce_limit.step_epoch(100, Kept), Some(StopReason::EpochLimit));
    }

    #[test]
    fn a_finished_run_is_still_finished_after_a_restore() {
        let mut stop = ConvergenceStop::new(100, 2);
        assert_eq!(stop.step_epoch(1, Cut), None);
        assert_eq!(stop.step_epoch(2, Cut), Some(StopReason::Converged));
        let json = serde_json::to_string(&stop.state()).unwrap();

        let mut resumed = ConvergenceStop::new(100, 2);
        resumed.restore(serde_json::from_str(&json).unwrap());
        assert_eq!(resumed.reason(2), Some(StopReason::Converged));
        let mut longer = ConvergenceStop::new(100, 3);
        longer.restore(resumed.state());
        assert_eq!(longer.reason(2), None);
    }

    #[test]
    fn a_cut_in_the_last_epoch_counts_for_a_longer_run() {
        let mut stop = ConvergenceStop::new(1, 1);
        assert_eq!(stop.step_epoch(1, Cut), Some(StopReason::EpochLimit));
        let mut longer = ConvergenceStop::new(5, 1);
        longer.restore(stop.state());
        assert_eq!(longer.reason(1), Some(StopReason::Converged));
    }
}
