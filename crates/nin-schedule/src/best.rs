//! The best epoch so far.

use serde::{Deserialize, Serialize};

use crate::{Direction, exact_text};

/// An epoch and its value of the monitored quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// The epoch, counted as the caller counts.
    pub epoch: usize,
    /// The value in that epoch.
    #[serde(with = "exact_text")]
    pub value: f64,
}

/// Finds the best epoch: strictly better wins, so of equals the earliest; NaN never.
///
/// There is no threshold here, unlike in the plateau schedule. Save and restore it with serde.
///
/// ```
/// use nin_schedule::{BestTracker, Direction};
///
/// let mut tracker = BestTracker::new(Direction::Min);
/// assert!(tracker.observe(1, 0.9));
/// assert!(!tracker.observe(2, f64::NAN));
/// assert!(!tracker.observe(3, 0.9));
/// assert_eq!(tracker.best().map(|best| best.epoch), Some(1));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestTracker {
    direction: Direction,
    best: Option<Best>,
}

impl BestTracker {
    /// A tracker that has seen nothing.
    pub fn new(direction: Direction) -> Self {
        Self { direction, best: None }
    }

    /// Takes one epoch's value; `true` when it is the best so far.
    #[must_use]
    pub fn observe(&mut self, epoch: usize, value: f64) -> bool {
        let better = match (self.best, self.direction) {
            (None, _) => !value.is_nan(),
            (Some(best), Direction::Max) => value > best.value,
            (Some(best), Direction::Min) => value < best.value,
        };
        if better {
            self.best = Some(Best { epoch, value });
        }
        better
    }

    /// The best epoch, if any had a number.
    pub fn best(&self) -> Option<Best> {
        self.best
    }

    /// Which way is better.
    pub fn direction(&self) -> Direction {
        self.direction
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best_epochs(direction: Direction, values: &[f64]) -> Vec<usize> {
        let mut tracker = BestTracker::new(direction);
        let epochs = 1..=values.len();
        epochs.filter(|&epoch| tracker.observe(epoch, values[epoch - 1])).collect()
    }

    #[test]
    fn only_strictly_better_numbers_win() {
        let nan = f64::NAN;
        assert_eq!(best_epochs(Direction::Min, &[0.9, nan, 0.8, nan]), [1, 3]);
        assert_eq!(best_epochs(Direction::Min, &[nan, 0.9, 0.9, 0.8999999]), [2, 4]);
        assert_eq!(best_epochs(Direction::Min, &[0.5, 0.0, 0.0, -0.0]), [1, 2]);
        assert_eq!(best_epochs(Direction::Max, &[0.5, 0.4, 0.5, 0.6]), [1, 4]);
        assert_eq!(best_epochs(Direction::Max, &[nan, nan]), [0; 0]);
    }

    #[test]
    fn json_keeps_every_value() {
        for value in [0.1 + 0.2, f64::INFINITY, f64::NEG_INFINITY, 5e-324] {
            let mut tracker = BestTracker::new(Direction::Max);
            assert!(tracker.observe(7, value));
            let json = serde_json::to_string(&tracker).unwrap();
            assert_eq!(serde_json::from_str::<BestTracker>(&json).unwrap(), tracker, "{json}");
        }
        let empty = BestTracker::new(Direction::Min);
        let json = serde_json::to_string(&empty).unwrap();
        assert_eq!(serde_json::from_str::<BestTracker>(&json).unwrap(), empty);
    }
}
