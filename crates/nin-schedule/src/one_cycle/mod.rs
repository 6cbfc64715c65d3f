//! One rise and one fall of the rate over the whole training.

use std::f64::consts::PI;

use crate::names::named_enum;
use crate::{ScheduleError, TrainingLength};

#[cfg(test)]
mod tests;

named_enum! {
    /// The curve between two rates.
    Anneal is "anneal" {
        /// Half a cosine.
        Cos = "cos",
        /// A straight line.
        Linear = "linear",
    }
}

impl Anneal {
    /// The rate at `progress` in [0, 1] between `start` and `end`.
    fn between(self, start: f64, end: f64, progress: f64) -> f64 {
        match self {
            Self::Cos => end + (start - end) / 2.0 * ((PI * progress).cos() + 1.0),
            Self::Linear => (end - start) * progress + start,
        }
    }
}

/// The settings of [`OneCycle`], with PyTorch's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCycleSettings {
    /// The part of the training in which the rate rises, in [0, 1]. Default 0.3.
    pub pct_start: f64,
    /// max_lr / first rate, at least 1. Default 25.
    pub div_factor: f64,
    /// First rate / last rate, at least 1. Default 10,000.
    pub final_div_factor: f64,
    /// The curve. Default cosine.
    pub anneal: Anneal,
}

impl Default for OneCycleSettings {
    fn default() -> Self {
        Self { pct_start: 0.3, div_factor: 25.0, final_div_factor: 1e4, anneal: Anneal::Cos }
    }
}

impl OneCycleSettings {
    /// Checks each setting's range.
    ///
    /// # Errors
    ///
    /// For the first setting outside its range.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        let part = (0.0..=1.0).contains(&self.pct_start);
        ScheduleError::require(part, "pct_start", self.pct_start, "[0, 1]")?;
        for (key, value) in
            [("div_factor", self.div_factor), ("final_div_factor", self.final_div_factor)]
        {
            ScheduleError::require(
                value >= 1.0 && value.is_finite(),
                key,
                value,
                "a finite number >= 1",
            )?;
        }
        Ok(())
    }
}

/// The 1cycle policy: from max_lr / div_factor up to max_lr, then down to
/// max_lr / (div_factor · final_div_factor).
///
/// With T = all iterations and k = 0 … T − 1 the optimiser step, the rise ends at
/// k = pct_start · T − 1 and the fall at k = T − 1. From k = T on the rate stays.
/// The momentum is **not** cycled: this is PyTorch's `cycle_momentum=False`.
///
/// # Source
///
/// Smith and Topin 2017, "Super-Convergence"; the formulas of PyTorch's `OneCycleLR` with
/// `three_phase=False`. Where a rise of one step (pct_start · T = 1) makes PyTorch divide
/// by 0, that step has `max_lr` here.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCycle {
    max_lr: f64,
    settings: OneCycleSettings,
    iterations: usize,
    pub(crate) iteration: usize,
}

impl OneCycle {
    /// A schedule whose highest rate is `max_lr`.
    ///
    /// # Errors
    ///
    /// When `max_lr` (named `lr`), a setting or the length is outside its range.
    pub fn new(
        max_lr: f64,
        settings: OneCycleSettings,
        length: TrainingLength,
    ) -> Result<Self, ScheduleError> {
        ScheduleError::require_lr(max_lr)?;
        settings.validate()?;
        length.require_known()?;
        Ok(Self { max_lr, settings, iterations: length.iterations(), iteration: 0 })
    }

    /// The rate of optimiser step `iteration`, counted from 0.
    pub fn lr_at(&self, iteration: usize) -> f64 {
        let OneCycleSettings { pct_start, div_factor, final_div_factor, anneal } = self.settings;
        let first_lr = self.max_lr / div_factor;
        let last_lr = first_lr / final_div_factor;

        let last_step = self.iterations - 1;
        let step = iteration.min(last_step) as f64;
        let peak = pct_start * self.iterations as f64 - 1.0;
        if step <= peak {
            anneal.between(first_lr, self.max_lr, progress(step, 0.0, peak))
        } else {
            anneal.between(self.max_lr, last_lr, progress(step, peak, last_step as f64))
        }
    }

    /// The rate of the next optimiser step.
    pub fn lr(&self) -> f64 {
        self.lr_at(self.iteration)
    }

    /// Counts an optimiser step.
    pub fn step_iteration(&mut self) {
        self.iteration += 1;
    }
}

/// Where `step` lies between `start` and `end`; a phase of no length is over.
fn progress(step: f64, start: f64, end: f64) -> f64 {
    if end > start { (step - start) / (end - start) } else { 1.0 }
}
