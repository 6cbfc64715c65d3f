//! What a training tells its user.

use std::path::Path;

use nin_dataset::{Location, TrainMode, locate};
use nin_layers::engine::Device;
use nin_schedule::{ScheduleKind, StopReason};

use crate::banner::{Banner, limit};
use crate::compute::device;
use crate::dead::Diagnosis;
use crate::evaluate::Totals;
use crate::workload::{Workload, plan};
use crate::{Config, Console, TrainError};

/// The settings: the original program's rows in its order, then ours.
fn settings(config: &Config, run: &str, data: &str, device: &Device) -> Banner {
    let Config { run: run_config, data: data_config, optimizer, schedule, compute, .. } = config;
    let augment = &config.augment;
    Banner::new(&run_config.name)
        .row("comment", &run_config.comment)
        .row("device", device)
        .row("model_base_path", run)
        .row("dataset_path", data)
        .row("image_size", data_config.image_size)
        .row("num_classes", data_config.num_classes)
        .row("seed", run_config.seed)
        .row("batch_size", optimizer.batch_size)
        .row("optimizer", "SGD")
        .row("lr", optimizer.lr)
        .row("lr_scheduler", schedule_name(schedule.kind))
        .row("max_epoch", limit(schedule.max_epoch))
        .row("max_reduce", limit(schedule.max_reduce))
        .row("factor", schedule.factor)
        .row("train_mode", train_mode_name(data_config.train_mode))
        .row("val", data_config.val)
        .row("dataset", &data_config.dataset)
        .row("monitor", schedule.monitor)
        .row("patience", schedule.patience)
        .row("momentum", optimizer.momentum)
        .row("weight_decay", optimizer.weight_decay)
        .row("label_smoothing", optimizer.label_smoothing)
        .row("ema_decay", optimizer.ema_decay)
        .row("augment", augment)
        .row("precision", compute.precision)
        .row("threads", rayon::current_num_threads())
}

/// As the original program spells it, where it knows it.
fn schedule_name(kind: ScheduleKind) -> &'static str {
    match kind {
        ScheduleKind::ReduceLrOnPlateau => "ReduceLROnPlateau",
        other => other.name(),
    }
}

/// As [`schedule_name`].
fn train_mode_name(mode: TrainMode) -> String {
    match mode {
        TrainMode::Holdout => "Holdout".to_owned(),
        other @ TrainMode::HoldoutStratified => other.to_string(),
    }
}

pub(super) fn banner(config: &Config, workload: &Workload, run: &Path, device: &Device) -> Banner {
    settings(config, &run.display().to_string(), &workload.source, device)
}

/// Shows what a run would be: settings, network, whether the data are there.
/// Trains nothing, fetches nothing, writes nothing.
///
/// # Errors
///
/// Settings that make no run.
pub fn dry_run(config: &Config, console: &Console) -> Result<(), TrainError> {
    let device = device(config.compute.device)?;
    let threads = crate::compute::threads(config.compute.threads)?;
    let network = plan(&config.model, &config.data)?;
    let summary = network.summary()?;
    let data = match locate(&config.data)? {
        Location::Found(source) => source.to_string(),
        Location::Missing(_) => "not on this machine".to_owned(),
        Location::NotRead => "a data set that this program does not read".to_owned(),
    };
    let run = match &config.run.model_base_path {
        Some(path) => path.display().to_string(),
        None => format!("runs/nin/{}/…", config.data.dataset),
    };
    threads.install(|| settings(config, &run, &data, &device).print(console));
    console.result(summary);
    if let Some(path) = &config.run.model_base_path {
        let is_used = path.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if is_used {
            let message = format!("run.model_base_path: {} is not empty", path.display());
            return Err(TrainError::Usage(message));
        }
    }
    Ok(())
}

/// `Epoch [3/100]`.
pub(super) fn epoch_prefix(config: &Config, epoch: u32) -> String {
    format!("Epoch [{epoch}/{}]", limit(config.schedule.max_epoch))
}

/// Mean loss and accuracy of one part after an epoch.
pub(super) fn epoch(console: &Console, config: &Config, epoch: u32, part: &str, totals: &Totals) {
    let (loss, accuracy) = (totals.loss(), totals.accuracy());
    console.line(format_args!(
        "{} {part} Loss: {loss:.4}, {part} Accuracy: {accuracy:.4}",
        epoch_prefix(config, epoch)
    ));
}

/// That an epoch has shown the network to be dead.
pub(super) fn dead(epoch: u32, diagnosis: &Diagnosis, remedies: &str) {
    tracing::warn!(
        "epoch {epoch}: the network is dead: {diagnosis}. A class map behind the last ReLU that \
         is nowhere above 0 has no gradient. It comes of the initial weights or of a learning rate \
         that is too high. What helps: {remedies}; run.on_dead = \"stop\" ends such a run"
    );
}

/// Why the training ends. One that is dead has not converged.
pub(super) fn stopping(
    console: &Console,
    config: &Config,
    reason: StopReason,
    diagnosis: Option<&Diagnosis>,
) {
    match (reason, diagnosis) {
        (StopReason::Converged, None) => console.line("Training has converged. Stopping..."),
        (StopReason::Converged, Some(_)) => {
            console.line("Training has come to a standstill: the network is dead. Stopping...");
        }
        (StopReason::EpochLimit, _) => {
            let limit = config.schedule.max_epoch;
            console.line(format_args!("Reached the epoch limit ({limit}). Stopping..."));
        }
    }
}

/// Why a resumed training has nothing to do, and what would go on with it.
pub(super) fn already_over(console: &Console, config: &Config, reason: StopReason, epoch: u32) {
    console.result(match reason {
        StopReason::Converged => format!(
            "Already at epoch {epoch}: training has converged after {} cuts of the rate. A larger \
             --max-reduce (or 0 for no limit) continues it.",
            config.schedule.max_reduce
        ),
        StopReason::EpochLimit if config.schedule.depends_on_max_epoch() => format!(
            "Already at epoch {epoch}, the end of the {} schedule, which fixes the number of \
             epochs. --resume-weights starts a new run from these weights.",
            config.schedule.kind
        ),
        StopReason::EpochLimit => {
            format!("Already at epoch {epoch}, the limit. A larger --max-epoch continues the run.")
        }
    });
}

pub(crate) fn test_accuracy(console: &Console, test: &Totals) {
    console.result(format_args!(
        "Accuracy of the model on the {} test images: {:.2}%",
        test.samples,
        100.0 * test.accuracy()
    ));
}
