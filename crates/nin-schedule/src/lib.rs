#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

mod best;
mod config;
mod constant;
mod cosine;
mod error;
mod exact_text;
mod length;
mod monitor;
mod names;
mod one_cycle;
mod plateau;
mod schedule;
mod step_decay;
mod stop;

#[cfg(test)]
mod original_run;

pub use best::{Best, BestTracker};
pub use config::{ScheduleConfig, ScheduleKind};
pub use constant::Constant;
pub use cosine::{Cosine, CosineSettings};
pub use error::ScheduleError;
pub use length::TrainingLength;
pub use monitor::{Direction, Monitor};
pub use one_cycle::{Anneal, OneCycle, OneCycleSettings};
pub use plateau::{PlateauSettings, PlateauState, RateChange, ReduceLrOnPlateau, ThresholdMode};
pub use schedule::{Schedule, ScheduleState};
pub use step_decay::{MilestoneUnit, StepDecay, StepDecaySettings};
pub use stop::{ConvergenceStop, StopReason, StopState};
