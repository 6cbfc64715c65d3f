//! Planned execution of a chain of layers: the boundary to the hardware.
//!
//! An [`Engine`] owns weights, gradients, optimiser state and every buffer of
//! a [`Plan`] and runs whole steps on them. The training loop sees only this
//! trait, so another device is another engine, made in [`create`].
//!
//! candle's tape gives the same gradients (a test holds them equal) and is
//! there for everyone who combines the layers in new ways. It costs a zeroed
//! tensor and an addition for each edge and an allocation for each result,
//! which a fixed chain does not need.

mod cpu;
#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) mod cuda;
mod device;
mod node;
mod parameter;
mod pictures;
#[cfg(test)]
#[expect(clippy::duplicate_mod, reason = "the same tests on each device")]
mod tests;

pub use device::Device;
pub(crate) use node::{BackwardPass, Context, Node};
pub(crate) use parameter::Parameter;
pub use parameter::UpdateScale;
pub use pictures::{Change, KeptSet, MovePadding, Recipe, ResizeWindow};

use crate::{LayerError, Plan, StateDict};
use nin_kernels::conv2d::ConvSettings;
use nin_kernels::cross_entropy::{self, LabelSmoothing};
use nin_kernels::ema::EmaDecay;
use nin_kernels::sgd::SgdParams;

/// Pictures and their classes.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The pictures.
    pub images: Images<'a>,
    /// N class numbers.
    pub labels: &'a [u32],
}

/// The pictures of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Images<'a> {
    /// N, H, W, C: channels-last, normalised.
    Prepared(&'a [f32]),
    /// Pictures of a set that the engine keeps, which it prepares by the last
    /// [`Engine::set_recipe`].
    Kept {
        /// The set.
        set: KeptSet,
        /// Which of its pictures.
        indices: &'a [u32],
        /// What is done to each; empty for nothing.
        changes: &'a [Change],
    },
}

impl<'a> Batch<'a> {
    /// Of normalised pictures, N, H, W, C.
    pub fn prepared(images: &'a [f32], labels: &'a [u32]) -> Self {
        Self { images: Images::Prepared(images), labels }
    }
}

/// What one training step needs besides the batch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrainStep {
    /// Learning rate and the optimiser's constants.
    pub sgd: SgdParams,
    /// Share of the target that is spread over all classes.
    pub label_smoothing: LabelSmoothing,
    /// How the averages of weights and recorded statistics follow them; no
    /// average is kept with [`EmaDecay::NONE`].
    pub ema_decay: EmaDecay,
    /// The run's seed, for dropout.
    pub seed: u64,
    /// The number of this step, counted through the run from 0, for dropout
    /// and averages.
    pub step: u64,
}

/// Which of the weights an evaluation uses, recorded statistics included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weights {
    /// Those that are trained.
    #[default]
    Current,
    /// Their averages over the steps.
    Averaged,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BatchResult {
    /// Pictures in the batch.
    pub samples: usize,
    /// Sum of the pictures' losses.
    pub loss_sum: f64,
    /// Pictures whose largest class score is the label's.
    pub correct: usize,
}

impl BatchResult {
    /// Of N × classes scores and N labels; the cross-entropy is without
    /// smoothing.
    ///
    /// # Errors
    ///
    /// Scores that are not finite.
    ///
    /// # Panics
    ///
    /// If the lengths disagree with `classes`, or a label is not below it.
    pub fn of(classes: usize, logits: &[f32], labels: &[u32]) -> Result<Self, LayerError> {
        let loss_sum = cross_entropy::forward(classes, LabelSmoothing::NONE, logits, labels);
        Self::with_loss(loss_sum, classes, logits, labels)
    }

    fn with_loss(
        loss_sum: f64,
        classes: usize,
        logits: &[f32],
        labels: &[u32],
    ) -> Result<Self, LayerError> {
        if !loss_sum.is_finite() || !logits.iter().all(|value| value.is_finite()) {
            return Err(LayerError::NotFinite { what: "loss".to_owned() });
        }
        let correct = cross_entropy::count_correct(classes, logits, labels);
        Ok(Self { samples: labels.len(), loss_sum, correct })
    }
}

/// Runs a network on one device.
///
/// On the CPU it is fastest on a thread of a rayon pool (`ThreadPool::install`):
/// from outside each of its parallel loops first wakes a thread of the pool, a
/// tenth of the time of a small network.
pub trait Engine: Send {
    /// The network.
    fn plan(&self) -> &Plan;

    /// Takes pictures of this height and width, in pixels, from now on. All that
    /// was learnt stays.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`]; then nothing has changed.
    fn set_image_size(&mut self, size: [usize; 2]) -> Result<(), LayerError>;

    /// Takes `bytes`, pictures of `shape` H, W, C end to end, for batches of
    /// [`Images::Kept`]; `None` from an engine that takes prepared ones only, as the
    /// CPU's does.
    ///
    /// # Errors
    ///
    /// Too little memory on the device; bytes that are no whole pictures.
    fn keep(&mut self, shape: [usize; 3], bytes: &[u8]) -> Result<Option<KeptSet>, LayerError>;

    /// Prepares kept pictures like this from now on.
    ///
    /// # Errors
    ///
    /// An engine that keeps none, or a recipe that contradicts itself.
    fn set_recipe(&mut self, recipe: &Recipe) -> Result<(), LayerError>;

    /// Forward pass, mean cross-entropy, backward pass and one SGD step. The
    /// result is of the forward pass, dropout and all.
    ///
    /// # Errors
    ///
    /// A batch that does not fit the network; an optimiser's constant outside
    /// its range; a loss or gradient that is not finite. Then no weight, no
    /// recorded statistic, no momentum and no average has changed.
    fn train_step(&mut self, batch: Batch<'_>, step: &TrainStep)
    -> Result<BatchResult, LayerError>;

    /// Forward pass in evaluation mode and cross-entropy without smoothing.
    ///
    /// # Errors
    ///
    /// A batch that does not fit the network, class scores that are not finite,
    /// or averages that no step has made.
    fn evaluate(&mut self, batch: Batch<'_>, weights: Weights) -> Result<BatchResult, LayerError>;

    /// The class scores of the last batch, N × classes.
    fn logits(&self) -> &[f32];

    /// All weights and recorded statistics.
    ///
    /// # Errors
    ///
    /// Of the device.
    fn weights(&self) -> Result<StateDict, LayerError>;

    /// Takes over weights and recorded statistics.
    ///
    /// # Errors
    ///
    /// A tensor that is missing, too many, of the wrong shape or not finite;
    /// then nothing has changed.
    fn load_weights(&mut self, weights: &StateDict) -> Result<(), LayerError>;

    /// The optimiser's momentum by the weights' names; empty before the first
    /// step and without momentum.
    ///
    /// # Errors
    ///
    /// Of the device.
    fn momentum(&self) -> Result<StateDict, LayerError>;

    /// Takes over the optimiser's momentum; an empty one starts it anew.
    ///
    /// # Errors
    ///
    /// As for [`load_weights`](Self::load_weights).
    fn load_momentum(&mut self, momentum: &StateDict) -> Result<(), LayerError>;

    /// The averages of all weights and recorded statistics, by their names;
    /// empty where none are kept.
    ///
    /// # Errors
    ///
    /// Of the device.
    fn averages(&self) -> Result<StateDict, LayerError>;

    /// Takes over averages; empty ones start anew at the next step.
    ///
    /// # Errors
    ///
    /// As for [`load_weights`](Self::load_weights).
    fn load_averages(&mut self, averages: &StateDict) -> Result<(), LayerError>;
}

/// The engine of a device for a network with these initial weights.
///
/// `settings` choose the algorithms of its convolutions.
/// `scale` gives the factors of learning rate and weight decay by a tensor's
/// full name.
///
/// # Errors
///
/// Weights that do not fit the plan, a factor that is
/// negative or not finite, or too little memory on a card.
pub fn create(
    device: &Device,
    plan: Plan,
    settings: ConvSettings,
    weights: &StateDict,
    scale: impl Fn(&str) -> UpdateScale,
) -> Result<Box<dyn Engine>, LayerError> {
    device.engine(plan, settings, weights, scale)
}

/// Refuses labels that do not fit the network, or pictures of so many numbers.
fn check_batch(plan: &Plan, labels: &[u32], numbers: usize) -> Result<(), LayerError> {
    let (samples, image_len) = (labels.len(), plan.input().iter().product::<usize>());
    if samples == 0 || Some(numbers) != samples.checked_mul(image_len) {
        return Err(LayerError::Batch(format!(
            "batch of {samples} labels and {numbers} numbers, wanted {image_len} an image"
        )));
    }
    let classes = plan.classes();
    match labels.iter().find(|&&label| label as usize >= classes) {
        Some(label) => Err(LayerError::Batch(format!("label {label}, want 0..{}", classes - 1))),
        None => Ok(()),
    }
}
