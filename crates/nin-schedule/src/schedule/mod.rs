//! The one schedule that a training loop sees.

mod state;
#[cfg(test)]
mod tests;

pub use self::state::ScheduleState;
use crate::{Constant, Cosine, OneCycle, RateChange, ReduceLrOnPlateau, ScheduleError, StepDecay};

/// Any of the schedules.
///
/// Use [`lr`](Self::lr) for each optimiser step, then call
/// [`step_iteration`](Self::step_iteration); after each validation call
/// [`step_epoch`](Self::step_epoch).
///
/// ```
/// use nin_schedule::{Constant, Schedule};
///
/// let mut schedule = Schedule::Constant(Constant::new(0.1)?);
/// for _epoch in 0..2 {
///     for _batch in 0..3 {
///         let _lr = schedule.lr(); // forward, backward, optimiser step with this rate
///         schedule.step_iteration();
///     }
///     let val_accuracy = 0.5;
///     let _change = schedule.step_epoch(val_accuracy);
/// }
/// # Ok::<(), nin_schedule::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Cuts the rate when the monitored quantity has stopped improving.
    ReduceLrOnPlateau(ReduceLrOnPlateau),
    /// One rise and one fall, by iterations.
    OneCycle(OneCycle),
    /// Half a cosine, by iterations.
    Cosine(Cosine),
    /// Multiplies the rate at milestones.
    Step(StepDecay),
    /// One rate throughout.
    Constant(Constant),
}

impl Schedule {
    /// The rate of the next optimiser step.
    pub fn lr(&self) -> f64 {
        match self {
            Self::ReduceLrOnPlateau(plateau) => plateau.lr(),
            Self::OneCycle(one_cycle) => one_cycle.lr(),
            Self::Cosine(cosine) => cosine.lr(),
            Self::Step(step) => step.lr(),
            Self::Constant(constant) => constant.lr(),
        }
    }

    /// To be called after each optimiser step.
    pub fn step_iteration(&mut self) {
        match self {
            Self::OneCycle(one_cycle) => one_cycle.step_iteration(),
            Self::Cosine(cosine) => cosine.step_iteration(),
            Self::Step(step) => step.step_iteration(),
            Self::ReduceLrOnPlateau(_) | Self::Constant(_) => {}
        }
    }

    /// To be called once an epoch, after validation, with the monitored quantity; says whether
    /// the plateau cut the rate. The other schedules ignore the quantity and never cut.
    pub fn step_epoch(&mut self, metric: f64) -> RateChange {
        match self {
            Self::ReduceLrOnPlateau(plateau) => return plateau.step(metric),
            Self::Step(step) => step.step_epoch(),
            Self::OneCycle(_) | Self::Cosine(_) | Self::Constant(_) => {}
        }
        RateChange::Kept
    }

    /// The state to save.
    pub fn state(&self) -> ScheduleState {
        match self {
            Self::ReduceLrOnPlateau(plateau) => {
                ScheduleState::ReduceLrOnPlateau(plateau.state().clone())
            }
            Self::OneCycle(one_cycle) => ScheduleState::OneCycle { iteration: one_cycle.iteration },
            Self::Cosine(cosine) => ScheduleState::Cosine { iteration: cosine.iteration },
            Self::Step(step) => {
                ScheduleState::Step { epoch: step.epoch, iteration: step.iteration }
            }
            Self::Constant(_) => ScheduleState::Constant,
        }
    }

    /// Goes on from a saved state of a schedule with the same settings.
    ///
    /// # Errors
    ///
    /// When the state is of another kind, or of no possible value.
    pub fn restore(&mut self, state: ScheduleState) -> Result<(), ScheduleError> {
        match (self, state) {
            (Self::ReduceLrOnPlateau(plateau), ScheduleState::ReduceLrOnPlateau(state)) => {
                plateau.restore(state)?
            }
            (Self::OneCycle(one_cycle), ScheduleState::OneCycle { iteration }) => {
                one_cycle.iteration = iteration
            }
            (Self::Cosine(cosine), ScheduleState::Cosine { iteration }) => {
                cosine.iteration = iteration
            }
            (Self::Step(step), ScheduleState::Step { epoch, iteration }) => {
                step.epoch = epoch;
                step.iteration = iteration;
            }
            (Self::Constant(_), ScheduleState::Constant) => {}
            (schedule, state) => {
                let wanted = schedule.state().kind().name();
                return Err(ScheduleError::StateOfAnotherKind { wanted, got: state.kind().name() });
            }
        }
        Ok(())
    }
}
