//! What a contestant is: a check on its arithmetic, and a step to be timed.

use anyhow::Result;
use nin_layers::SgdParams;
use serde::Serialize;

/// Learning rate of the trial step, large enough for the scores to show the
/// gradients.
pub const TRIAL_LR: f64 = 0.01;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Pass {
    /// Forward with dropout, cross-entropy, backward, SGD update.
    Train,
    /// Forward in evaluation mode.
    Inference,
}

/// The numbers that products are made of; weights and sums are f32 anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// The upper 19 of them, on a card.
    Tf32,
    /// The upper 16 bits.
    Bf16,
}

/// Results that all contestants must share.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// The batch's class scores in evaluation mode, N × classes.
    pub scores: Vec<f32>,
    /// How the trial step went; only where training is timed.
    pub trial: Option<Trial>,
}

/// One training step without dropout, whose masks nobody shares, at
/// [`TRIAL_LR`].
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The mean loss of the step.
    pub loss: f64,
    /// The batch's class scores in evaluation mode after it.
    pub scores: Vec<f32>,
}

/// Does one step of the pass.
pub type Step = Box<dyn FnMut() -> Result<()>>;

/// A contestant on its way to the first turn.
pub enum Contestant {
    /// Can start.
    Ready {
        /// Its results on the shared problem.
        ready: Ready,
        /// What is timed.
        step: Step,
    },
    /// Cannot do this, for this reason.
    Unavailable(String),
}

/// The optimiser's constants in the trial step.
pub fn trial_sgd(sgd: SgdParams) -> SgdParams {
    SgdParams { lr: TRIAL_LR, ..sgd }
}
