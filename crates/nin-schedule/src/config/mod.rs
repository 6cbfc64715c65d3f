//! The section `[schedule]` of a configuration file.

mod build;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::names::named_enum;
use crate::{Anneal, MilestoneUnit, Monitor, OneCycleSettings, ThresholdMode};

named_enum! {
    /// The kind of schedule.
    ScheduleKind is "kind" {
        /// [`crate::ReduceLrOnPlateau`].
        ReduceLrOnPlateau = "reduce-lr-on-plateau",
        /// [`crate::OneCycle`].
        OneCycle = "one-cycle",
        /// [`crate::Cosine`].
        Cosine = "cosine",
        /// [`crate::StepDecay`].
        Step = "step",
        /// [`crate::Constant`].
        Constant = "constant",
    }
}

/// The section `[schedule]`: every key may be left out; unknown keys are errors.
///
/// The first rate is not in it: it belongs to the optimiser. One-cycle takes it as its peak.
///
/// The paper trains "until **training** accuracy stops improving", divides the rate by 10, and
/// does so once more, so that the last rate is a hundredth of the first. That is
/// `monitor = "train_accuracy"` with `factor = 0.1` and `max_reduce = 3`.
///
/// ```
/// use nin_schedule::{Monitor, ScheduleConfig, ScheduleKind};
///
/// let config: ScheduleConfig = toml::from_str("kind = 'ReduceLROnPlateau'\nmonitor = 'val_loss'")?;
/// assert_eq!(config.kind, ScheduleKind::ReduceLrOnPlateau);
/// assert_eq!(config.monitor, Monitor::ValLoss);
/// assert_eq!(config.patience, 2);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// The kind of schedule. Default reduce-lr-on-plateau.
    pub kind: ScheduleKind,
    /// What drives the plateau and the choice of the best epoch. Default val_accuracy.
    pub monitor: Monitor,
    /// Plateau: bad epochs in a row that are borne. Default 2.
    pub patience: usize,
    /// Plateau: what a cut multiplies the rate by, in (0, 1). Default 0.1.
    pub factor: f64,
    /// Plateau: by how much the best must be beaten, >= 0. Default 1e-4.
    pub threshold: f64,
    /// Plateau: what the threshold is measured against. Default rel.
    pub threshold_mode: ThresholdMode,
    /// Plateau: epochs after a cut in which bad epochs do not count. Default 0.
    pub cooldown: usize,
    /// Plateau and cosine: the lowest rate, in [0, lr). Default 0.
    pub min_lr: f64,
    /// Plateau: a cut by no more than this is not made, >= 0. Default 1e-8.
    pub eps: f64,
    /// Step: when to multiply the rate, strictly increasing, >= 1. Default none.
    pub milestones: Vec<usize>,
    /// Step: what the milestones count. Default epochs.
    pub milestone_unit: MilestoneUnit,
    /// Step: what the rate is multiplied by, in (0, 1). Default 0.1.
    pub gamma: f64,
    /// Cosine: epochs of linear warm-up, below `max_epoch`. Default 0.
    pub warmup_epochs: usize,
    /// One-cycle: the part of the training in which the rate rises, in [0, 1]. Default 0.3.
    pub pct_start: f64,
    /// One-cycle: peak rate / first rate, >= 1. Default 25.
    pub div_factor: f64,
    /// One-cycle: first rate / last rate, >= 1. Default 10,000.
    pub final_div_factor: f64,
    /// One-cycle: the curve. Default cos.
    pub anneal: Anneal,
    /// Epochs to train at most; 0 for no limit (plateau only). Default 100.
    pub max_epoch: usize,
    /// Ends the training at this cut of the plateau; 0 for no limit. Default 6.
    pub max_reduce: usize,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        let OneCycleSettings { pct_start, div_factor, final_div_factor, anneal } =
            OneCycleSettings::default();
        Self {
            kind: ScheduleKind::ReduceLrOnPlateau,
            monitor: Monitor::ValAccuracy,
            patience: 2,
            factor: 0.1,
            threshold: 1e-4,
            threshold_mode: ThresholdMode::Rel,
            cooldown: 0,
            min_lr: 0.0,
            eps: 1e-8,
            milestones: Vec::new(),
            milestone_unit: MilestoneUnit::Epochs,
            gamma: 0.1,
            warmup_epochs: 0,
            pct_start,
            div_factor,
            final_div_factor,
            anneal,
            max_epoch: 100,
            max_reduce: 6,
        }
    }
}
