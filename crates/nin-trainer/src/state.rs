//! What an exact resume needs: weights, momentum and everything that moves, in
//! one file, so that no two moments can be mixed.

use std::collections::BTreeMap;
use std::path::Path;

use nin_dataset::{LoaderRng, LoaderRngState};
use nin_layers::{LayerError, StateDict};
use nin_model::checkpoint;
use nin_schedule::{BestTracker, ScheduleState, StopState};
use serde::{Deserialize, Serialize};

use crate::dead::SignsOfLife;
use crate::evaluate::Totals;
use crate::input::read_checkpoint;
use crate::origin::Origin;
use crate::{Config, TrainError};

/// The version of this file's form.
const FORMAT: u32 = 3;

/// Everything that moves in a training, but for weights and momentum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    format: u32,
    /// Epochs that are complete.
    pub(crate) epoch: u32,
    /// Optimiser steps taken.
    pub(crate) step: u64,
    /// What has been done of the epoch that is not complete.
    pub(crate) partial: PartialEpoch,
    /// The loaders' generator where the epoch that is not complete starts.
    pub(crate) loaders: LoaderRngState,
    pub(crate) schedule: ScheduleState,
    pub(crate) stop: StopState,
    pub(crate) best: BestTracker,
    /// What the run's numbers come from, besides its settings.
    pub(crate) origin: Origin,
    /// The configuration of the run.
    pub(crate) config: Config,
}

/// The part of an epoch's training pass that is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartialEpoch {
    pub(crate) batches: usize,
    /// The rate of the last batch.
    pub(crate) lr: f64,
    pub(crate) totals: Totals,
    pub(crate) seconds: f64,
    pub(crate) signs: SignsOfLife,
}

impl Progress {
    /// Where a training starts.
    pub(crate) fn start(config: &Config, origin: Origin, schedule: ScheduleState) -> Self {
        Self {
            format: FORMAT,
            epoch: 0,
            step: 0,
            partial: PartialEpoch::default(),
            loaders: LoaderRng::new(config.run.seed).state(),
            schedule,
            stop: StopState::default(),
            best: config.schedule.best_tracker(),
            origin,
            config: config.clone(),
        }
    }

    /// Goes on with these settings.
    pub(crate) fn set_config(&mut self, config: &Config) {
        self.config = config.clone();
        // A run does not know its own place, which may change and need not be text.
        self.config.run.model_base_path = None;
    }

    /// Whether a run over `pictures`, training and test together, in so many batches
    /// an epoch can be in this state of the file `path` and go on with what is `found`.
    ///
    /// # Errors
    ///
    /// Other data; numbers that no run reaches, which would take for ever to go on
    /// from.
    pub(crate) fn check(
        &self,
        path: &Path,
        found: &Origin,
        pictures: usize,
        batches: usize,
    ) -> Result<(), TrainError> {
        self.origin.check(found)?;
        let pictures = pictures as u64;
        let whole_epochs = u64::from(self.epoch) * batches as u64;
        // An epoch is two passes, and a pass draws twice for each picture at most.
        let most_draws = (u64::from(self.epoch) + 2).saturating_mul(4 * pictures + 4);
        let is_reached = self.epoch < u32::MAX
            && self.partial.batches <= batches
            && self.partial.totals.samples <= pictures
            && self.step == whole_epochs + self.partial.batches as u64
            && self.loaders.draws <= most_draws;
        let problem = "epoch, step, batches and draws of this state are those of no run";
        if is_reached { Ok(()) } else { Err(TrainError::in_file(path)(problem)) }
    }
}

const WEIGHTS: &str = "weights.";
const MOMENTUM: &str = "momentum.";

/// The file's bytes.
pub(crate) fn to_bytes(
    progress: &Progress,
    weights: StateDict,
    momentum: StateDict,
) -> Result<Vec<u8>, TrainError> {
    let prefixed = |prefix: &'static str, tensors: StateDict| {
        tensors.into_iter().map(move |(name, tensor)| (format!("{prefix}{name}"), tensor))
    };
    let tensors: BTreeMap<_, _> =
        prefixed(WEIGHTS, weights).chain(prefixed(MOMENTUM, momentum)).collect();
    Ok(checkpoint::to_bytes(&tensors, progress)?)
}

/// Fails at the first tensor with a number that is not finite.
pub(crate) fn check_finite(tensors: &StateDict) -> Result<(), LayerError> {
    for (name, tensor) in tensors {
        let values = tensor.flatten_all()?.to_vec1::<f32>()?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(LayerError::NotFinite { what: format!("tensor {name}") });
        }
    }
    Ok(())
}

/// Progress, weights and momentum from a file.
pub(crate) fn read(path: &Path) -> Result<(Progress, StateDict, StateDict), TrainError> {
    let bytes = read_checkpoint(path)?;
    let (tensors, progress): (StateDict, Progress) =
        checkpoint::from_bytes(&bytes).map_err(TrainError::in_file(path))?;
    if progress.format != FORMAT {
        let problem = format!("a state of form {}, want {FORMAT}", progress.format);
        return Err(TrainError::in_file(path)(problem));
    }
    let part = |prefix: &str| {
        let with_prefix = tensors.iter().filter_map(|(name, tensor)| {
            Some((name.strip_prefix(prefix)?.to_owned(), tensor.clone()))
        });
        with_prefix.collect::<StateDict>()
    };
    let (weights, momentum) = (part(WEIGHTS), part(MOMENTUM));
    if weights.len() + momentum.len() != tensors.len() {
        return Err(TrainError::in_file(path)("tensors that are neither weights nor momentum"));
    }
    Ok((progress, weights, momentum))
}
