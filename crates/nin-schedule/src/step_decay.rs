//! The rate is multiplied by a constant at each milestone.

use crate::ScheduleError;
use crate::names::named_enum;

named_enum! {
    /// What the milestones of [`StepDecay`] count.
    MilestoneUnit is "milestone_unit" {
        /// Finished epochs.
        Epochs = "epochs",
        /// Optimiser steps, as in Caffe's solver files.
        Iterations = "iterations",
    }
}

/// The settings of [`StepDecay`].
#[derive(Clone, Debug, PartialEq)]
pub struct StepDecaySettings {
    /// When to multiply: strictly increasing, each >= 1, at least one.
    pub milestones: Vec<usize>,
    /// What the milestones count.
    pub milestone_unit: MilestoneUnit,
    /// The factor, in (0, 1).
    pub gamma: f64,
}

impl StepDecaySettings {
    /// Checks each setting's range; no milestone at all is refused only by [`StepDecay::new`].
    ///
    /// # Errors
    ///
    /// For the first setting outside its range.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        let in_range = self.gamma > 0.0 && self.gamma < 1.0;
        ScheduleError::require(in_range, "gamma", self.gamma, "(0, 1)")?;
        let rising = self.milestones.windows(2).all(|pair| pair[0] < pair[1]);
        self.require_milestones(rising && self.milestones.first() != Some(&0))
    }

    fn require_milestones(&self, hold: bool) -> Result<(), ScheduleError> {
        let got = format_args!("{:?}", self.milestones);
        let allowed = "one or more strictly increasing whole numbers >= 1";
        ScheduleError::require(hold, "milestones", got, allowed)
    }
}

/// Multiplies the rate at each milestone: lr = lr_0 · gamma^n, where n milestones m ≤ t have
/// passed after t epochs or iterations.
///
/// # Source
///
/// `torch.optim.lr_scheduler.MultiStepLR`; with iterations, Caffe's `multistep` policy.
///
/// ```
/// use nin_schedule::{MilestoneUnit, StepDecay, StepDecaySettings};
///
/// let milestones = vec![1, 2];
/// let settings = StepDecaySettings { milestones, milestone_unit: MilestoneUnit::Epochs, gamma: 0.5 };
/// let mut schedule = StepDecay::new(0.4, settings)?;
/// schedule.step_epoch();
/// assert_eq!(schedule.lr(), 0.2);
/// # Ok::<(), nin_schedule::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct StepDecay {
    lr: f64,
    settings: StepDecaySettings,
    pub(crate) epoch: usize,
    pub(crate) iteration: usize,
}

impl StepDecay {
    /// A schedule that starts at `lr`.
    ///
    /// # Errors
    ///
    /// When `lr` or a setting is outside its range.
    pub fn new(lr: f64, settings: StepDecaySettings) -> Result<Self, ScheduleError> {
        ScheduleError::require_lr(lr)?;
        settings.validate()?;
        settings.require_milestones(!settings.milestones.is_empty())?;
        Ok(Self { lr, settings, epoch: 0, iteration: 0 })
    }

    /// The rate of the next optimiser step.
    pub fn lr(&self) -> f64 {
        let position = match self.settings.milestone_unit {
            MilestoneUnit::Epochs => self.epoch,
            MilestoneUnit::Iterations => self.iteration,
        };
        let passed = self.settings.milestones.iter().filter(|&&m| m <= position);
        // One product a milestone, as PyTorch rounds; a power rounds otherwise.
        passed.fold(self.lr, |lr, _| lr * self.settings.gamma)
    }

    /// Counts an optimiser step.
    pub fn step_iteration(&mut self) {
        self.iteration += 1;
    }

    /// Counts an epoch.
    pub fn step_epoch(&mut self) {
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(milestones: &[usize], milestone_unit: MilestoneUnit) -> StepDecaySettings {
        StepDecaySettings { milestones: milestones.to_vec(), milestone_unit, gamma: 0.1 }
    }

    /// `MultiStepLR(milestones=[2, 3, 5], gamma=0.1)` of PyTorch 2.15.0, lr 0.1.
    const PYTORCH: [f64; 7] = [
        0.1,
        0.1,
        0.010000000000000002,
        0.0010000000000000002,
        0.0010000000000000002,
        0.00010000000000000003,
        0.00010000000000000003,
    ];

    #[test]
    fn epochs_equal_pytorch_and_iterations_do_not_count() {
        let mut schedule =
            StepDecay::new(0.1, settings(&[2, 3, 5], MilestoneUnit::Epochs)).unwrap();
        for wanted in PYTORCH {
            assert_eq!(schedule.lr(), wanted);
            (0..10).for_each(|_| schedule.step_iteration());
            assert_eq!(schedule.lr(), wanted);
            schedule.step_epoch();
        }
    }

    #[test]
    fn iterations_equal_pytorch_and_epochs_do_not_count() {
        let mut schedule =
            StepDecay::new(0.1, settings(&[2, 3, 5], MilestoneUnit::Iterations)).unwrap();
        for wanted in PYTORCH {
            assert_eq!(schedule.lr(), wanted);
            schedule.step_epoch();
            assert_eq!(schedule.lr(), wanted);
            schedule.step_iteration();
        }
    }

    #[test]
    fn useless_settings_are_refused() {
        for milestones in [&[][..], &[0, 1], &[2, 2], &[3, 2]] {
            let wrong = settings(milestones, MilestoneUnit::Epochs);
            let error = StepDecay::new(0.1, wrong).unwrap_err();
            assert!(error.to_string().starts_with("milestones = ["), "{error}");
        }
        for gamma in [0.0, 1.0, -0.1, f64::NAN] {
            let wrong = StepDecaySettings { gamma, ..settings(&[1], MilestoneUnit::Epochs) };
            assert!(wrong.validate().unwrap_err().to_string().starts_with("gamma = "));
        }
    }
}
