//! What a training begins with: new, resumed or from other weights.

use std::fs;
use std::path::Path;

use candle_core::Device;
use nin_dataset::LoaderRng;
use nin_layers::StateDict;
use nin_layers::engine::{self, UpdateScale};
use nin_model::{ModelInfo, Network, checkpoint};
use nin_schedule::Monitor;

use super::super::{Start, announce, last_state};
use super::Session;
use crate::record::{EventsFile, MetricsFile};
use crate::run_folder::RunFolder;
use crate::state::{self, Progress};
use crate::workload::{Workload, log_program};
use crate::{Config, Console, Interrupt, OptimizerConfig, TrainError, WeightDecayOn, compute};

impl<'a> Session<'a> {
    /// Loads the data, makes or opens the run's folder and gets weights and
    /// state in place.
    pub(in crate::train) fn open(
        config: &Config,
        start: &Start,
        device: &Device,
        console: &'a Console,
        interrupt: &'a Interrupt,
    ) -> Result<Self, TrainError> {
        let mut config = config.clone();
        log_program(compute::device_name(device), rayon::current_num_threads());
        let workload = Workload::load(&config)?;
        workload.log_parts();
        if workload.split.val.is_empty() && config.schedule.monitor != Monitor::TrainAccuracy {
            tracing::info!("without a validation part, monitor is train_accuracy");
            config.schedule.monitor = Monitor::TrainAccuracy;
        }
        let steps = workload.train.batch_count(workload.split.train.len());
        let mut schedule = config.schedule.schedule(config.optimizer.lr, steps)?;
        let mut stop = config.schedule.stop();
        let mut loaders = LoaderRng::new(config.run.seed);

        let (progress, weights, momentum, folder);
        match start {
            Start::New | Start::Weights(_) => {
                let best = config.schedule.best_tracker();
                progress = Progress::start(&config, loaders.state(), schedule.state(), best);
                weights = match start {
                    Start::Weights(path) => read_weights(path)?,
                    _ => workload.network.initial_weights(config.run.seed)?,
                };
                momentum = StateDict::new();
                folder = None;
            }
            Start::Resume(path) => {
                let run = RunFolder::open(path)?;
                let file = last_state(&run)?;
                let (mut saved, saved_weights, saved_momentum) = state::read(&file)?;
                may_continue(&saved.config, &config)?;
                schedule.restore(saved.schedule.clone())?;
                stop.restore(saved.stop);
                loaders = LoaderRng::restore(saved.loaders);
                saved.config = config.clone();
                (progress, weights, momentum) = (saved, saved_weights, saved_momentum);
                folder = Some(run);
            }
        }
        let scale = |name: &str| update_scale(&workload.network, &config.optimizer, name);
        let plan = workload.network.plan().clone();
        let mut engine = engine::create(device, plan, &weights, scale)?;
        engine.load_momentum(&momentum)?;

        let (folder, metrics, records, events) = match folder {
            None => {
                let folder = RunFolder::create(&config)?;
                let title = format!("{} on {}", config.run.name, config.data.dataset);
                let drawing = workload.network.summary()?.draw(&title);
                folder.write(&folder.path().join("network.svg"), drawing.as_bytes())?;
                let metrics = MetricsFile::create(&folder.metrics())?;
                let events = EventsFile::create(folder.path())?;
                (folder, metrics, Vec::new(), events)
            }
            Some(folder) => {
                let (metrics, records) = MetricsFile::resume(&folder.metrics(), progress.epoch)?;
                let events = EventsFile::resume(folder.path(), progress.epoch)?;
                (folder, metrics, records, events)
            }
        };
        announce::banner(&config, &workload, folder.path(), device).print(console);
        tracing::info!("run folder {}", folder.path().display());
        Ok(Self {
            config,
            workload,
            engine,
            schedule,
            stop,
            loaders,
            progress,
            folder,
            metrics,
            events,
            records,
            console,
            interrupt,
        })
    }
}

/// The factors of one tensor's update.
fn update_scale(network: &Network, optimizer: &OptimizerConfig, name: &str) -> UpdateScale {
    let is_bias = name.ends_with(".bias");
    let bias_lr = if is_bias { optimizer.bias_lr_multiplier } else { 1.0 };
    let decays = match optimizer.weight_decay_on {
        WeightDecayOn::All => true,
        WeightDecayOn::Weights => network.is_conv_weight(name),
    };
    UpdateScale {
        lr: network.lr_multiplier(name) * bias_lr,
        weight_decay: if decays { 1.0 } else { 0.0 },
    }
}

fn read_weights(path: &Path) -> Result<StateDict, TrainError> {
    let bytes = fs::read(path).map_err(TrainError::reading(path))?;
    let (weights, _): (_, ModelInfo) =
        checkpoint::from_bytes(&bytes).map_err(TrainError::in_file(path))?;
    Ok(weights)
}

/// Whether a run with the settings `saved` can go on with `wanted`: limits,
/// device, threads, remark and place of the data may change, nothing that the
/// run so far depends on.
fn may_continue(saved: &Config, wanted: &Config) -> Result<(), TrainError> {
    let mut allowed = saved.clone();
    allowed.run.comment.clone_from(&wanted.run.comment);
    allowed.run.model_base_path.clone_from(&wanted.run.model_base_path);
    allowed.data.dataset_path.clone_from(&wanted.data.dataset_path);
    allowed.data.download = wanted.data.download;
    allowed.data.mirrors.clone_from(&wanted.data.mirrors);
    allowed.compute = wanted.compute.clone();
    allowed.schedule.max_reduce = wanted.schedule.max_reduce;
    if !saved.schedule.depends_on_max_epoch() {
        allowed.schedule.max_epoch = wanted.schedule.max_epoch;
    }
    match first_difference(&allowed, wanted)? {
        None => Ok(()),
        Some((key, saved, wanted)) => Err(TrainError::Usage(format!(
            "{key}: the run was made with {saved}, {wanted} contradicts it; start a new run for it"
        ))),
    }
}

/// The first key with two values.
fn first_difference(
    saved: &Config,
    wanted: &Config,
) -> Result<Option<(String, String, String)>, TrainError> {
    let table = |config: &Config| {
        toml::Table::try_from(config)
            .map_err(|error| TrainError::Usage(format!("configuration: {error}")))
    };
    let (saved, wanted) = (table(saved)?, table(wanted)?);
    for (section, values) in &wanted {
        let (Some(values), Some(old)) = (values.as_table(), saved[section].as_table()) else {
            continue;
        };
        for key in values.keys().chain(old.keys()) {
            if values.get(key) != old.get(key) {
                let text = |value: Option<&toml::Value>| {
                    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
                };
                let name = format!("{section}.{key}");
                return Ok(Some((name, text(old.get(key)), text(values.get(key)))));
            }
        }
    }
    Ok(None)
}
