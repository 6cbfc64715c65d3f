//! Networks that cannot learn: the known failure of a Network In Network.
//!
//! The last ReLU stands ahead of the global average. A class map that is
//! nowhere above 0 has a score of exactly 0 and no gradient, so its class is lost
//! until the layers below happen to change; when all maps are, the loss is ln(classes)
//! and nothing moves any more.

use std::fmt;

use nin_layers::engine::BatchResult;
use nin_model::config::{InitKind, NormKind};
use serde::{Deserialize, Serialize};

use crate::Config;

/// How near ln(classes) the loss of equal scores is: batches of a network that
/// learns are further away, for their scores differ.
const NEAR: f64 = 1e-3;

/// What happens to a training that is found dead. Read in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDead {
    /// It goes on, with a warning.
    #[default]
    Warn,
    /// It ends after the epoch, with [`TrainError::Dead`](crate::TrainError::Dead).
    Stop,
}

/// What a training pass has shown so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SignsOfLife {
    /// For each class, whether a picture had a score other than 0 for it.
    scored: Vec<bool>,
    /// How many of the last batches had the loss of equal scores.
    equal_scores: usize,
}

impl SignsOfLife {
    /// Adds a batch and its N × classes scores.
    pub(crate) fn observe(&mut self, classes: usize, logits: &[f32], batch: BatchResult) {
        self.scored.resize(classes, false);
        for scores in logits.chunks_exact(classes) {
            for (scored, &score) in self.scored.iter_mut().zip(scores) {
                *scored |= score != 0.0;
            }
        }
        let loss = batch.loss_sum / batch.samples as f64;
        let is_near = (loss - (classes as f64).ln()).abs() <= NEAR;
        self.equal_scores = if is_near { self.equal_scores + 1 } else { 0 };
    }

    /// What is wrong at the end of a pass of `batches` over `counts` pictures of
    /// each class, if anything: the later half of the batches had the loss of
    /// equal scores, or a class had no score but 0. A class without a picture
    /// has no need of one.
    pub(crate) fn diagnose(&self, counts: &[usize], batches: usize) -> Option<Diagnosis> {
        let classes = self.scored.iter().zip(counts).enumerate();
        let dead_classes: Vec<_> = classes
            .filter_map(|(class, (scored, &count))| (!scored && count > 0).then_some(class))
            .collect();
        let is_constant = counts.len() > 1 && 2 * self.equal_scores >= batches.max(1);
        (is_constant || !dead_classes.is_empty()).then(|| Diagnosis {
            classes: counts.len(),
            constant_batches: is_constant.then_some((self.equal_scores, batches)),
            dead_classes,
        })
    }
}

/// Why a network counts as dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    classes: usize,
    /// How many of how many batches had the loss of equal scores.
    constant_batches: Option<(usize, usize)>,
    /// Classes whose score was 0 throughout.
    dead_classes: Vec<usize>,
}

impl Diagnosis {
    /// Settings that help, but for those that are there already.
    pub(crate) fn remedies(config: &Config) -> String {
        let model = &config.model;
        let lower_lr = format!("an optimizer.lr below {}", config.optimizer.lr);
        let remedies = [
            (
                matches!(model.init, InitKind::PytorchDefault | InitKind::Normal),
                "model.init = \"kaiming-normal-fan-out\"",
            ),
            (true, &*lower_lr),
            (model.norm != NormKind::Batch, "model.norm = \"batch\""),
            (model.last_relu, "model.last_relu = false"),
            (true, "another run.seed"),
        ];
        let there: Vec<_> =
            remedies.into_iter().filter(|(helps, _)| *helps).map(|(_, words)| words).collect();
        there.join(", ")
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.classes;
        if let Some((constant, batches)) = self.constant_batches {
            let loss = (classes as f64).ln();
            write!(
                f,
                "the loss stays at ln({classes}) = {loss:.4}, that of equal scores for every \
                 class, over the last {constant} of {batches} batches"
            )?;
        }
        if !self.dead_classes.is_empty() {
            let and = if self.constant_batches.is_some() { "; " } else { "" };
            let (dead, which) = (self.dead_classes.len(), &self.dead_classes);
            write!(
                f,
                "{and}{dead} of {classes} classes have a score of 0 for every training picture: \
                 {which:?}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What batches of two pictures and three classes come to.
    fn diagnose(batches: &[([f32; 6], f64)], counts: [usize; 3]) -> Option<Diagnosis> {
        let mut signs = SignsOfLife::default();
        for (logits, loss) in batches {
            let batch = BatchResult { samples: 2, loss_sum: 2.0 * loss, correct: 0 };
            signs.observe(3, logits, batch);
        }
        signs.diagnose(&counts, batches.len())
    }

    const ALIVE: [f32; 6] = [0.0, 1.0, 0.0, 2.0, 0.0, 0.5];
    const SECOND_DEAD: [f32; 6] = [0.0, 0.0, 1.0, 2.0, 0.0, 0.5];
    const LN_3: f64 = 1.098_612_288_668_109_8;

    #[test]
    fn a_class_that_any_picture_scores_for_is_alive() {
        assert_eq!(diagnose(&[(SECOND_DEAD, 1.0), (ALIVE, 0.9)], [2, 2, 2]), None);
        let diagnosis = diagnose(&[(SECOND_DEAD, 1.0), (SECOND_DEAD, 0.9)], [2, 1, 2]);
        assert_eq!(
            diagnosis.unwrap().to_string(),
            "1 of 3 classes have a score of 0 for every training picture: [1]"
        );
    }

    #[test]
    fn a_class_without_pictures_is_not_missed() {
        assert_eq!(diagnose(&[(SECOND_DEAD, 1.0)], [3, 0, 3]), None);
    }

    #[test]
    fn a_negative_score_is_one() {
        let scores = [-1.0, -2.0, -3.0, -1.0, -2.0, -3.0];
        assert_eq!(diagnose(&[(scores, 1.5)], [1, 1, 1]), None);
    }

    #[test]
    fn the_loss_of_equal_scores_counts_from_half_of_the_pass_on() {
        let near = (ALIVE, LN_3 + 0.9e-3);
        let far = (ALIVE, LN_3 - 1.1e-3);
        assert_eq!(diagnose(&[far, far, near], [2, 2, 2]), None);
        assert_eq!(diagnose(&[near, near, far], [2, 2, 2]), None);
        let diagnosis = diagnose(&[far, near, near], [2, 2, 2]).unwrap();
        assert_eq!(
            diagnosis.to_string(),
            "the loss stays at ln(3) = 1.0986, that of equal scores for every class, over the \
             last 2 of 3 batches"
        );
    }

    #[test]
    fn all_classes_dead_is_both() {
        let diagnosis = diagnose(&[([0.0; 6], LN_3)], [1, 1, 1]).unwrap();
        let words = diagnosis.to_string();
        assert!(words.contains("ln(3)") && words.ends_with("picture: [0, 1, 2]"), "{words}");
    }

    #[test]
    fn remedies_are_what_is_not_there_yet() {
        let mut config = Config::default();
        assert_eq!(
            Diagnosis::remedies(&config),
            "an optimizer.lr below 0.03, model.norm = \"batch\", model.last_relu = false, another \
             run.seed"
        );
        // Xavier's start leaves no more classes dead than Kaiming's.
        config.model.init = InitKind::XavierUniform;
        assert!(!Diagnosis::remedies(&config).contains("init"));
        config.model.init = InitKind::PytorchDefault;
        config.model.last_relu = false;
        let remedies = Diagnosis::remedies(&config);
        assert!(remedies.starts_with("model.init = "), "{remedies}");
        assert!(!remedies.contains("last_relu"), "{remedies}");
    }
}
