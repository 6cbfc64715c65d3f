//! What an exact resume needs: weights, momentum, averages and everything that moves, in
//! one file, so that no two moments can be mixed.

use std::path::Path;

use nin_dataset::{LoaderRng, LoaderRngState};
use nin_layers::engine::Engine;
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

/// Everything that moves in a training, but for [`Tensors`].
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

/// What the engine holds at a moment of a training.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tensors {
    pub(crate) weights: StateDict,
    /// Empty before the first step, and without momentum.
    pub(crate) momentum: StateDict,
    /// Empty before the first step, and where no averages are kept.
    pub(crate) averages: StateDict,
}

const WEIGHTS: &str = "weights.";
const MOMENTUM: &str = "momentum.";
const AVERAGES: &str = "averages.";

impl Tensors {
    /// Those of an engine.
    pub(crate) fn of(engine: &dyn Engine) -> Result<Self, LayerError> {
        Ok(Self {
            weights: engine.weights()?,
            momentum: engine.momentum()?,
            averages: engine.averages()?,
        })
    }

    /// The weights that the training would be judged by now: the averages, where
    /// they are kept.
    pub(crate) fn judged(&self) -> &StateDict {
        if self.averages.is_empty() { &self.weights } else { &self.averages }
    }

    /// Fails at the first tensor with a number that is not finite.
    pub(crate) fn check_finite(&self) -> Result<(), LayerError> {
        for (name, tensor) in self.weights.iter().chain(&self.momentum).chain(&self.averages) {
            let values = tensor.flatten_all()?.to_vec1::<f32>()?;
            if !values.iter().all(|value| value.is_finite()) {
                return Err(LayerError::NotFinite { what: format!("tensor {name}") });
            }
        }
        Ok(())
    }

    /// All under one roof, each name behind its kind's.
    fn joined(&self) -> StateDict {
        let kinds =
            [(WEIGHTS, &self.weights), (MOMENTUM, &self.momentum), (AVERAGES, &self.averages)];
        let joined = kinds.into_iter().flat_map(|(kind, tensors)| {
            tensors.iter().map(move |(name, tensor)| (format!("{kind}{name}"), tensor.clone()))
        });
        joined.collect()
    }

    /// The opposite; `None` where a name is behind no kind's.
    fn parted(joined: &StateDict) -> Option<Self> {
        let part = |kind: &str| {
            let of_kind = joined.iter().filter_map(|(name, tensor)| {
                Some((name.strip_prefix(kind)?.to_owned(), tensor.clone()))
            });
            of_kind.collect::<StateDict>()
        };
        let parted =
            Self { weights: part(WEIGHTS), momentum: part(MOMENTUM), averages: part(AVERAGES) };
        let count = parted.weights.len() + parted.momentum.len() + parted.averages.len();
        (count == joined.len()).then_some(parted)
    }
}

/// The file's bytes.
pub(crate) fn to_bytes(progress: &Progress, tensors: &Tensors) -> Result<Vec<u8>, TrainError> {
    Ok(checkpoint::to_bytes(&tensors.joined(), progress)?)
}

/// Progress and tensors from a file.
pub(crate) fn read(path: &Path) -> Result<(Progress, Tensors), TrainError> {
    let bytes = read_checkpoint(path)?;
    let (joined, progress): (StateDict, Progress) =
        checkpoint::from_bytes(&bytes).map_err(TrainError::in_file(path))?;
    if progress.format != FORMAT {
        let problem = format!("a state of form {}, want {FORMAT}", progress.format);
        return Err(TrainError::in_file(path)(problem));
    }
    let tensors = Tensors::parted(&joined).ok_or_else(|| {
        TrainError::in_file(path)("tensors that are neither weights, momentum nor averages")
    })?;
    Ok((progress, tensors))
}
