//! One training from start to test.

mod open;
#[cfg(test)]
mod tests;

use std::time::Instant;

use nin_dataset::{Augmentation, LoaderRng};
use nin_layers::engine::{Engine, TrainStep};
use nin_layers::{EmaDecay, LabelSmoothing, LayerError, SgdParams};
use nin_model::checkpoint;
use nin_schedule::{ConvergenceStop, Monitor, RateChange, Schedule, StopReason};

use super::announce;
use crate::dead::Diagnosis;
use crate::evaluate::{Evaluation, Scoring, evaluate};
use crate::feed::{Feed, Pass};
use crate::record::{EpochRecord, Records};
use crate::run_folder::RunFolder;
use crate::state::{self, PartialEpoch, Progress, Tensors};
use crate::workload::Workload;
use crate::{Config, Console, Interrupt, OnDead, TestResult, TrainError};

/// A training under way.
pub(super) struct Session<'a> {
    config: Config,
    workload: Workload,
    /// The training set, validation part included, and the test set.
    train: Feed,
    test: Feed,
    engine: Box<dyn Engine>,
    schedule: Schedule,
    stop: ConvergenceStop,
    loaders: LoaderRng,
    progress: Progress,
    folder: RunFolder,
    records: Records,
    /// When the state was last saved.
    last_saved: Instant,
    /// What the last epoch has shown to be wrong.
    diagnosis: Option<Diagnosis>,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

impl Session<'_> {
    /// Epochs until the stop rule ends them, then the test.
    pub(super) fn run(&mut self) -> Result<TestResult, TrainError> {
        let reason = loop {
            if let Some(reason) = self.epoch()? {
                break reason;
            }
        };
        announce::stopping(self.console, &self.config, reason, self.diagnosis.as_ref());
        let test = self.test()?;
        announce::test_accuracy(self.console, &test.totals);
        self.console.log().check()?;
        self.console.check()?;
        Ok(test.totals.into())
    }

    /// Trains and validates one epoch, moves the schedule and records it all.
    fn epoch(&mut self) -> Result<Option<StopReason>, TrainError> {
        let epoch = self.progress.epoch + 1;
        let PartialEpoch { batches, totals: train, lr, seconds, signs } =
            self.train_epoch(epoch)?;
        announce::epoch(self.console, &self.config, epoch, "Train", &train);
        let val = self.validate(epoch)?;
        if let Some(val) = &val {
            announce::epoch(self.console, &self.config, epoch, "Val", &val.totals);
        }
        let val = val.map(|val| val.totals);
        let record = EpochRecord {
            epoch,
            lr,
            train_loss: train.loss(),
            train_accuracy: train.accuracy(),
            val_loss: val.map(|val| val.loss()),
            val_accuracy: val.map(|val| val.accuracy()),
            seconds,
            images_per_second: train.samples as f64 / seconds,
        };
        let monitored = monitored(self.config.schedule.monitor, &record);
        let change = self.schedule.step_epoch(monitored);
        if change == RateChange::Cut {
            tracing::info!(
                "epoch {epoch}: learning rate cut from {lr:.4e} to {:.4e}",
                self.schedule.lr()
            );
        }
        let reason = self.stop.step_epoch(epoch as usize, change);
        let is_best = self.progress.best.observe(epoch as usize, monitored);
        self.progress.epoch = epoch;
        self.progress.partial = PartialEpoch::default();
        self.progress.loaders = self.loaders.state();
        self.save_epoch(record, is_best)?;
        self.check_alive(epoch, signs.diagnose(&self.workload.train_counts(), batches))?;
        Ok(reason)
    }

    /// Says so when the epoch has shown that the network is dead, or ends the
    /// training.
    fn check_alive(&mut self, epoch: u32, diagnosis: Option<Diagnosis>) -> Result<(), TrainError> {
        let is_new = diagnosis != self.diagnosis;
        self.diagnosis = diagnosis;
        let Some(diagnosis) = &self.diagnosis else { return Ok(()) };
        let remedies = Diagnosis::remedies(&self.config);
        if self.config.run.on_dead == OnDead::Stop {
            let diagnosis = diagnosis.to_string();
            return Err(TrainError::Dead { epoch, diagnosis, remedies });
        }
        if is_new {
            announce::dead(epoch, diagnosis, &remedies);
        }
        Ok(())
    }

    /// The rest of the training pass; what all of it came to.
    fn train_epoch(&mut self, epoch: u32) -> Result<PartialEpoch, TrainError> {
        let pictures = self.workload.split.train.len();
        let order = self.loaders.begin_pass(pictures);
        let order = order.iter().map(|&i| self.workload.split.train[i as usize]).collect();
        let done = self.progress.partial.batches;
        let prefix = announce::epoch_prefix(&self.config, epoch);
        let bar = self.console.bar(prefix, self.workload.train.batch_count(pictures), done);
        let before = self.progress.partial.seconds;
        let started = Instant::now();
        let augmentation = Augmentation {
            config: self.config.augment.clone(),
            seed: self.config.run.seed,
            epoch: self.progress.epoch,
        };
        self.engine.set_image_size(augmentation.image_size(self.workload.image_size()))?;
        let pass = self.train.pass(&mut *self.engine, order, done, Some(&augmentation))?;
        for batch in pass {
            if let Some(signal) = self.interrupt.signal() {
                return Err(self.interrupted(signal));
            }
            let batch = batch?;
            let lr = self.schedule.lr();
            let step = self.train_step(lr)?;
            let result = self.engine.train_step(batch.get(), &step).map_err(|source| {
                let batch = self.progress.partial.batches + 1;
                diverged(epoch, &format!("batch {batch}"), source.into())
            })?;
            self.schedule.step_iteration();
            self.progress.step += 1;
            let partial = &mut self.progress.partial;
            partial.batches += 1;
            partial.lr = lr;
            partial.totals.add(result);
            partial.signs.observe(self.workload.class_names.len(), self.engine.logits(), result);
            partial.seconds = before + started.elapsed().as_secs_f64();
            bar.set_message(format!(", loss={:.3}", partial.totals.loss()));
            bar.inc(1);
            self.save_state_if_due()?;
        }
        bar.abandon();
        self.loaders.end_pass(pictures);
        Ok(self.progress.partial.clone())
    }

    fn train_step(&self, lr: f64) -> Result<TrainStep, TrainError> {
        let optimizer = &self.config.optimizer;
        Ok(TrainStep {
            sgd: SgdParams { lr, ..optimizer.sgd() },
            label_smoothing: LabelSmoothing::new(optimizer.label_smoothing)
                .map_err(LayerError::from)?,
            ema_decay: EmaDecay::new(optimizer.ema_decay).map_err(LayerError::from)?,
            seed: self.config.run.seed,
            step: self.progress.step,
        })
    }

    /// A pass over the validation part, where there is one.
    fn validate(&mut self, epoch: u32) -> Result<Option<Evaluation>, TrainError> {
        let pictures = self.workload.split.val.len();
        if pictures == 0 {
            return Ok(None);
        }
        let order = self.loaders.begin_pass(pictures);
        let order = order.iter().map(|&i| self.workload.split.val[i as usize]).collect();
        let pass = self.train.pass(&mut *self.engine, order, 0, None)?;
        let evaluation =
            self.evaluate(pass).map_err(|error| diverged(epoch, "validation", error))?;
        if evaluation.is_none() {
            return Err(self.interrupted(self.interrupt.signal().unwrap_or_default()));
        }
        self.loaders.end_pass(pictures);
        Ok(evaluation)
    }

    /// A pass over the test set with the weights of the last epoch.
    fn test(&mut self) -> Result<Evaluation, TrainError> {
        let order = self.loaders.begin_pass(self.workload.test.data().len());
        let pass = self.test.pass(&mut *self.engine, order, 0, None)?;
        let evaluation =
            self.evaluate(pass).map_err(|error| diverged(self.progress.epoch, "test", error))?;
        evaluation.ok_or_else(|| TrainError::Interrupted {
            signal: self.interrupt.signal().unwrap_or_default(),
            // The test is no part of the run: nin-test makes up for it.
            run: None,
        })
    }

    fn evaluate(&mut self, pass: Pass) -> Result<Option<Evaluation>, TrainError> {
        self.engine.set_image_size(self.workload.image_size())?;
        let scoring = Scoring::of_run(&self.config);
        evaluate(&mut *self.engine, scoring, pass, self.interrupt)
    }

    /// Writes weights, records and, last, the state from which a resume goes
    /// on: if anything before it is lost, the epoch is done again.
    fn save_epoch(&mut self, record: EpochRecord, is_best: bool) -> Result<(), TrainError> {
        let epoch = record.epoch;
        let tensors = self.tensors(epoch)?;
        let bytes = checkpoint::to_bytes(tensors.judged(), &self.workload.info(epoch))?;
        self.folder.write(&self.folder.weights(epoch), &bytes)?;
        if is_best {
            self.folder.write(&self.folder.best(), &bytes)?;
        }
        self.records.append(record)?;
        self.save_state(&tensors)?;
        self.folder.prune(epoch)?;
        self.console.log().check()
    }

    fn save_state(&mut self, tensors: &Tensors) -> Result<(), TrainError> {
        self.progress.schedule = self.schedule.state();
        self.progress.stop = self.stop.state();
        let bytes = state::to_bytes(&self.progress, tensors)?;
        self.folder.write(&self.folder.state(self.progress.epoch), &bytes)?;
        self.last_saved = Instant::now();
        Ok(())
    }

    /// Saves the state in the middle of an epoch.
    fn save_partial_epoch(&mut self) -> Result<(), TrainError> {
        let begun = u32::from(self.progress.partial.batches > 0);
        let tensors = self.tensors(self.progress.epoch + begun)?;
        self.save_state(&tensors)
    }

    /// As [`save_partial_epoch`](Self::save_partial_epoch), now and then in a long one.
    fn save_state_if_due(&mut self) -> Result<(), TrainError> {
        let every = u64::from(self.config.run.save_every_secs);
        let is_due = every > 0 && self.last_saved.elapsed().as_secs() >= every;
        if is_due { self.save_partial_epoch() } else { Ok(()) }
    }

    /// Saves the state for a resume at this batch.
    fn interrupted(&mut self, signal: i32) -> TrainError {
        match self.save_partial_epoch() {
            Ok(()) => TrainError::Interrupted { signal, run: Some(self.folder.path().to_owned()) },
            Err(error) => error,
        }
    }

    /// What the engine holds, fit to be saved: a step with finite gradients can still
    /// leave a number too large for f32.
    fn tensors(&self, epoch: u32) -> Result<Tensors, TrainError> {
        let tensors = Tensors::of(&*self.engine)?;
        match tensors.check_finite() {
            Ok(()) => Ok(tensors),
            Err(source) => Err(diverged(epoch, "last step", source.into())),
        }
    }
}

/// A number that is not finite ends the training and is no bug.
fn diverged(epoch: u32, place: &str, error: TrainError) -> TrainError {
    match error {
        TrainError::Bug(source @ LayerError::NotFinite { .. }) => {
            TrainError::Diverged { epoch, place: place.to_owned(), source: Box::new(source) }
        }
        other => other,
    }
}

/// The quantity that drives schedule and best checkpoint.
fn monitored(monitor: Monitor, record: &EpochRecord) -> f64 {
    let from_validation = |value: Option<f64>| value.expect("`open` asks for a validation part");
    match monitor {
        Monitor::ValAccuracy => from_validation(record.val_accuracy),
        Monitor::ValLoss => from_validation(record.val_loss),
        Monitor::TrainAccuracy => record.train_accuracy,
    }
}
