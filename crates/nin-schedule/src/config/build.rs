//! From the configuration to the schedule, the stop rule and the tracker of the best.

use super::{ScheduleConfig, ScheduleKind};
use crate::{
    BestTracker, Constant, ConvergenceStop, Cosine, CosineSettings, OneCycle, OneCycleSettings,
    PlateauSettings, ReduceLrOnPlateau, Schedule, ScheduleError, StepDecay, StepDecaySettings,
    TrainingLength,
};

impl ScheduleConfig {
    /// Whether the rates depend on `max_epoch`: then the length of a training is
    /// fixed once it has begun.
    pub fn depends_on_max_epoch(&self) -> bool {
        matches!(self.kind, ScheduleKind::OneCycle | ScheduleKind::Cosine)
    }

    /// Checks every key, also those that this kind does not use, for a training that starts
    /// at `lr`.
    ///
    /// # Errors
    ///
    /// Names the first key outside its range, and the range.
    pub fn validate(&self, lr: f64) -> Result<(), ScheduleError> {
        // No range depends on the number of iterations, so any will do.
        self.schedule(lr, 1).map(drop)
    }

    /// The schedule of a training that starts at `lr`.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate); also when `iterations_per_epoch` is 0 for a schedule
    /// by iterations.
    pub fn schedule(
        &self,
        lr: f64,
        iterations_per_epoch: usize,
    ) -> Result<Schedule, ScheduleError> {
        let plateau = self.plateau_settings();
        let step = self.step_settings();
        let one_cycle = self.one_cycle_settings();
        plateau.validate()?;
        one_cycle.validate()?;
        step.validate()?;
        let length = TrainingLength { epochs: self.max_epoch, iterations_per_epoch };
        let schedule = match self.kind {
            ScheduleKind::ReduceLrOnPlateau => {
                Schedule::ReduceLrOnPlateau(ReduceLrOnPlateau::new(lr, plateau)?)
            }
            ScheduleKind::OneCycle => Schedule::OneCycle(OneCycle::new(lr, one_cycle, length)?),
            ScheduleKind::Cosine => {
                Schedule::Cosine(Cosine::new(lr, &self.cosine_settings(), length)?)
            }
            ScheduleKind::Step => Schedule::Step(StepDecay::new(lr, step)?),
            ScheduleKind::Constant => Schedule::Constant(Constant::new(lr)?),
        };
        self.require_an_end(lr)?;
        Ok(schedule)
    }

    /// The stop rule.
    pub fn stop(&self) -> ConvergenceStop {
        ConvergenceStop::new(self.max_epoch, self.max_reduce)
    }

    /// The tracker of the best epoch.
    pub fn best_tracker(&self) -> BestTracker {
        BestTracker::new(self.monitor.direction())
    }

    /// Without an epoch limit, the plateau must be able to cut `max_reduce` times.
    fn require_an_end(&self, lr: f64) -> Result<(), ScheduleError> {
        if self.max_epoch > 0 {
            return Ok(());
        }
        let never = |why: String| Err(ScheduleError::NeverStops { why });
        if self.kind != ScheduleKind::ReduceLrOnPlateau {
            return never(format!("kind = {} has no other end", self.kind));
        }
        if self.max_reduce == 0 {
            return never("so does max_reduce = 0".to_owned());
        }
        let plateau = self.plateau_settings();
        let rates = std::iter::successors(Some(lr), |&lr| plateau.cut(lr));
        let cuts = rates.skip(1).take(self.max_reduce).count();
        if cuts < self.max_reduce {
            let max_reduce = self.max_reduce;
            return never(format!(
                "from lr = {lr} only {cuts} of max_reduce = {max_reduce} cuts can be made"
            ));
        }
        Ok(())
    }

    fn plateau_settings(&self) -> PlateauSettings {
        PlateauSettings {
            direction: self.monitor.direction(),
            factor: self.factor,
            patience: self.patience,
            threshold: self.threshold,
            threshold_mode: self.threshold_mode,
            cooldown: self.cooldown,
            min_lr: self.min_lr,
            eps: self.eps,
        }
    }

    fn step_settings(&self) -> StepDecaySettings {
        StepDecaySettings {
            milestones: self.milestones.clone(),
            milestone_unit: self.milestone_unit,
            gamma: self.gamma,
        }
    }

    fn cosine_settings(&self) -> CosineSettings {
        CosineSettings { min_lr: self.min_lr, warmup_epochs: self.warmup_epochs }
    }

    fn one_cycle_settings(&self) -> OneCycleSettings {
        OneCycleSettings {
            pct_start: self.pct_start,
            div_factor: self.div_factor,
            final_div_factor: self.final_div_factor,
            anneal: self.anneal,
        }
    }
}
