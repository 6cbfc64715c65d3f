//! One pass over a part of the data without learning.

use nin_dataset::{Batches, DatasetError};
use nin_layers::engine::{Batch, BatchResult, Engine};

use crate::{Interrupt, TrainError};

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

/// Runs the engine over all batches; `None` when interrupted.
pub(crate) fn evaluate(
    engine: &mut dyn Engine,
    batches: Batches,
    interrupt: &Interrupt,
) -> Result<Option<Evaluation>, TrainError> {
    let mut totals = Totals::default();
    let mut confusion = Confusion::new(engine.plan().classes());
    for batch in batches {
        if interrupt.signal().is_some() {
            return Ok(None);
        }
        let batch: Result<_, DatasetError> = batch;
        let batch = batch?;
        totals.add(engine.evaluate(Batch { images: &batch.images, labels: &batch.labels })?);
        confusion.add(engine.logits(), &batch.labels);
    }
    Ok(Some(Evaluation { totals, confusion }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_counts_the_same() {
        let mut totals = Totals::default();
        for (samples, mean, correct) in [(3, 1.0, 1), (3, 1.0, 0), (1, 4.0, 1)] {
            totals.add(BatchResult { samples, loss_sum: mean * samples as f64, correct });
        }
        assert_eq!(totals.samples, 7);
        // Not 2, the mean of the batches' means.
        assert_eq!(totals.loss(), 10.0 / 7.0);
        assert_eq!(totals.accuracy(), 2.0 / 7.0);
    }
}
