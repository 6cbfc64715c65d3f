//! What a schedule must remember between two runs.

use serde::{Deserialize, Serialize};

use crate::{PlateauState, ScheduleKind};

/// All that changes in a [`crate::Schedule`]; its settings are not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ScheduleState {
    /// Of [`crate::ReduceLrOnPlateau`].
    ReduceLrOnPlateau(PlateauState),
    /// Of [`crate::OneCycle`].
    OneCycle {
        /// Optimiser steps done.
        iteration: usize,
    },
    /// Of [`crate::Cosine`].
    Cosine {
        /// Optimiser steps done.
        iteration: usize,
    },
    /// Of [`crate::StepDecay`].
    Step {
        /// Epochs done.
        epoch: usize,
        /// Optimiser steps done.
        iteration: usize,
    },
    /// Of [`crate::Constant`].
    Constant,
}

impl ScheduleState {
    /// The kind of schedule it belongs to.
    pub fn kind(&self) -> ScheduleKind {
        match self {
            Self::ReduceLrOnPlateau(_) => ScheduleKind::ReduceLrOnPlateau,
            Self::OneCycle { .. } => ScheduleKind::OneCycle,
            Self::Cosine { .. } => ScheduleKind::Cosine,
            Self::Step { .. } => ScheduleKind::Step,
            Self::Constant => ScheduleKind::Constant,
        }
    }
}
