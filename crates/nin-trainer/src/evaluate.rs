//! One pass over a part of the data without learning.

use nin_dataset::AugmentConfig;
use nin_layers::LayerError;
use nin_layers::engine::{BatchResult, Engine, Weights};

use crate::feed::{FedBatch, Pass};
use crate::{Config, Interrupt, TrainError};

/// What a test came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestResult {
    /// Pictures tested.
    pub samples: u64,
    /// Mean cross-entropy over the pictures.
    pub loss: f64,
    /// Share of pictures recognised, 0 to 1.
    pub accuracy: f64,
}

impl From<Totals> for TestResult {
    fn from(totals: Totals) -> Self {
        Self { samples: totals.samples, loss: totals.loss(), accuracy: totals.accuracy() }
    }
}

/// Sums over the samples of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Totals {
    pub(crate) samples: u64,
    pub(crate) loss_sum: f64,
    pub(crate) correct: u64,
}

impl Totals {
    pub(crate) fn add(&mut self, batch: BatchResult) {
        self.samples += batch.samples as u64;
        self.loss_sum += batch.loss_sum;
        self.correct += batch.correct as u64;
    }

    /// Mean over the samples.
    pub(crate) fn loss(&self) -> f64 {
        self.loss_sum / self.samples as f64
    }

    /// Share of the samples, 0 to 1.
    pub(crate) fn accuracy(&self) -> f64 {
        self.correct as f64 / self.samples as f64
    }
}

/// Totals and confusion matrix of a pass.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    pub(crate) totals: Totals,
    pub(crate) confusion: Confusion,
}

/// How often each class was taken for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Confusion {
    classes: usize,
    /// Row after row, a row for each label, a column for each prediction.
    counts: Vec<u64>,
}

impl Confusion {
    pub(crate) fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Counts a batch: N × classes scores and N labels.
    pub(crate) fn add(&mut self, logits: &[f32], labels: &[u32]) {
        for (scores, &label) in logits.chunks_exact(self.classes).zip(labels) {
            let predicted = nin_layers::argmax(scores).expect("the engine refuses NaN");
            self.counts[label as usize * self.classes + predicted] += 1;
        }
    }

    /// One row for each label.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks_exact(self.classes)
    }
}

/// How the class scores of pictures are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scoring {
    pub(crate) weights: Weights,
    pub(crate) flips: Flips,
}

/// What a picture's scores are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flips {
    /// The picture as it is.
    #[default]
    AsItIs,
    /// The mean of the picture's and its mirror image's.
    Averaged,
}

impl Flips {
    pub(crate) fn new(config: &AugmentConfig) -> Self {
        if config.average_flips { Self::Averaged } else { Self::AsItIs }
    }
}

impl Scoring {
    /// As a run is configured: averages count where they are kept.
    pub(crate) fn of_run(config: &Config) -> Self {
        let has_averages = config.optimizer.ema_decay > 0.0;
        let weights = if has_averages { Weights::Averaged } else { Weights::Current };
        Self { weights, flips: Flips::new(&config.augment) }
    }
}

/// Runs the engine over all batches; `None` when interrupted.
pub(crate) fn evaluate(
    engine: &mut dyn Engine,
    scoring: Scoring,
    pass: Pass,
    interrupt: &Interrupt,
) -> Result<Option<Evaluation>, TrainError> {
    let classes = engine.plan().classes();
    let mut totals = Totals::default();
    let mut confusion = Confusion::new(classes);
    let mut scores = Vec::new();
    for batch in pass {
        if interrupt.signal().is_some() {
            return Ok(None);
        }
        let mut batch = batch?;
        let result = score(engine, scoring, &mut batch, &mut scores)?;
        totals.add(result);
        confusion.add(&scores, batch.labels());
    }
    Ok(Some(Evaluation { totals, confusion }))
}

/// Writes the N × classes `scores` of a batch; says what they come to.
fn score(
    engine: &mut dyn Engine,
    scoring: Scoring,
    batch: &mut FedBatch,
    scores: &mut Vec<f32>,
) -> Result<BatchResult, LayerError> {
    let result = engine.evaluate(batch.get(), scoring.weights)?;
    scores.clear();
    scores.extend_from_slice(engine.logits());
    if scoring.flips == Flips::AsItIs {
        return Ok(result);
    }
    batch.mirror();
    engine.evaluate(batch.get(), scoring.weights)?;
    for (score, of_mirror_image) in scores.iter_mut().zip(engine.logits()) {
        *score = 0.5 * (*score + of_mirror_image);
    }
    BatchResult::of(engine.plan().classes(), scores, batch.labels())
}

#[cfg(test)]
mod tests;
