//! The quantity that a schedule and the best checkpoint follow.

use crate::names::named_enum;

named_enum! {
    /// Which way is better.
    Direction is "direction" {
        /// Larger is better.
        Max = "max",
        /// Smaller is better.
        Min = "min",
    }
}

named_enum! {
    /// The one quantity that drives the plateau schedule and chooses the best epoch.
    Monitor is "monitor" {
        /// Accuracy on the validation part; larger is better.
        ValAccuracy = "val_accuracy",
        /// Mean loss on the validation part; smaller is better.
        ValLoss = "val_loss",
        /// Accuracy on the training part, counted while training; larger is better.
        TrainAccuracy = "train_accuracy",
    }
}

impl Monitor {
    /// Which way is better for this quantity.
    pub fn direction(self) -> Direction {
        match self {
            Self::ValAccuracy | Self::TrainAccuracy => Direction::Max,
            Self::ValLoss => Direction::Min,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ScheduleError;

    #[test]
    fn the_direction_follows_from_the_monitor() {
        assert_eq!(Monitor::ValAccuracy.direction(), Direction::Max);
        assert_eq!(Monitor::TrainAccuracy.direction(), Direction::Max);
        assert_eq!(Monitor::ValLoss.direction(), Direction::Min);
    }

    #[test]
    fn names_are_read_in_any_spelling_and_written_in_one() {
        for text in ["val_loss", "VAL-LOSS", "valLoss"] {
            let monitor: Monitor = text.parse().unwrap();
            assert_eq!(monitor, Monitor::ValLoss);
            assert_eq!(monitor.to_string(), "val_loss");
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = "loss".parse::<Monitor>().unwrap_err();
        assert!(matches!(error, ScheduleError::UnknownName { .. }));
        assert_eq!(
            error.to_string(),
            "monitor = \"loss\" is not known: allowed is val_accuracy, val_loss, train_accuracy"
        );
    }
}
