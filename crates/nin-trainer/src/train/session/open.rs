//! What a training begins with: new, resumed or from other weights.

use std::path::Path;
use std::time::Instant;

use candle_core::{Device, Tensor};
use nin_dataset::LoaderRng;
use nin_layers::engine;
use nin_layers::{LayerError, LayerSpec, Plan, StateDict};
use nin_model::checkpoint;
use nin_schedule::Monitor;

use super::super::{Start, announce, last_state};
use super::Session;
use crate::input::read_checkpoint;
use crate::record::{EventsFile, MetricsFile};
use crate::run_folder::{KEPT_CHECKPOINTS, RunFolder};
use crate::state::{self, Progress};
use crate::workload::{Workload, log_program};
use crate::{Config, Console, Interrupt, TrainError, compute};

impl<'a> Session<'a> {
    /// Loads the data, makes or opens the run's folder and gets weights and
    /// state in place; `None` for a run that is over already.
    pub(in crate::train) fn open(
        config: &Config,
        start: &Start,
        device: &Device,
        console: &'a Console,
        interrupt: &'a Interrupt,
    ) -> Result<Option<Self>, TrainError> {
        let mut config = config.clone();
        log_program(compute::device_name(device), rayon::current_num_threads());
        // Ahead of the comparison with a saved run, which has been through it.
        if config.data.val == 0.0 && config.schedule.monitor != Monitor::TrainAccuracy {
            tracing::info!("without a validation part, monitor is train_accuracy");
            config.schedule.monitor = Monitor::TrainAccuracy;
        }
        let saved = match start {
            Start::Resume(path) => Some(read_run(path, &config)?),
            Start::New | Start::Weights(_) => None,
        };
        let mut stop = config.schedule.stop();
        let saved = match saved {
            Some((mut folder, saved)) => {
                stop.restore(saved.0.stop);
                if let Some(reason) = stop.reason(saved.0.epoch as usize) {
                    announce::already_over(console, &config, reason, saved.0.epoch);
                    return Ok(None);
                }
                folder.lock()?;
                Some((folder, saved))
            }
            None => None,
        };
        let workload = Workload::load(&config)?;
        workload.log_parts();
        check_batch_norm(workload.network.plan(), &config, workload.split.train.len())?;
        workload.check_memory()?;
        let steps = workload.train.batch_count(workload.split.train.len());
        let mut schedule = config.schedule.schedule(config.optimizer.lr, steps)?;

        let (folder, (mut progress, weights, momentum)) = match saved {
            Some((folder, saved)) => {
                schedule.restore(saved.0.schedule.clone())?;
                saved.0.check(&workload.origin(), workload.pictures())?;
                (Some(folder), saved)
            }
            None => {
                let weights = match start {
                    Start::Weights(path) => read_weights(path)?,
                    _ => workload.network.initial_weights(config.run.seed)?,
                };
                let loaders = LoaderRng::new(config.run.seed).state();
                let best = config.schedule.best_tracker();
                let progress =
                    Progress::start(&config, workload.origin(), loaders, schedule.state(), best);
                (None, (progress, weights, StateDict::new()))
            }
        };
        progress.config = config.clone();
        // A run does not know its own place, which may change and need not be text.
        progress.config.run.model_base_path = None;
        let loaders = LoaderRng::restore(progress.loaders);
        let scale = |name: &str| config.optimizer.update_scale(&workload.network, name);
        let plan = workload.network.plan().clone();
        let settings = config.compute.conv_settings();
        let mut engine = engine::create(device, plan, settings, &weights, scale)
            .map_err(|error| unfit(start, error))?;
        engine.load_momentum(&momentum).map_err(|error| unfit(start, error))?;

        let is_new = folder.is_none();
        let folder = match folder {
            None => RunFolder::create(&config)?,
            Some(folder) => {
                folder.update_config(&config)?;
                folder
            }
        };
        folder.check_room(&file_sizes(&config, &weights, is_new))?;
        progress.schedule = schedule.state();
        progress.stop = stop.state();
        if is_new {
            // From here on the run can be resumed, whatever ends it.
            let bytes = state::to_bytes(&progress, weights, momentum)?;
            folder.write(&folder.state(0), &bytes)?;
        }
        interrupt.begin_to_look();
        let title = format!("{} on {}", config.run.name, config.data.dataset);
        let drawing = workload.network.summary()?.draw(&title);
        folder.write(&folder.path().join("network.svg"), drawing.as_bytes())?;
        let (metrics, records) = MetricsFile::resume(&folder.metrics(), progress.epoch)?;
        let events = match is_new {
            true => EventsFile::create(folder.path())?,
            false => EventsFile::resume(folder.path(), progress.epoch)?,
        };
        console.log().open(&folder.path().join("train.log"))?;
        announce::banner(&config, &workload, folder.path(), device).print(console);
        tracing::info!("seed {}, run folder {}", config.run.seed, folder.path().display());
        Ok(Some(Self {
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
            last_saved: Instant::now(),
            diagnosis: None,
            console,
            interrupt,
        }))
    }
}

/// Bytes of the files that a run keeps, or, on a resume, adds with its next epoch:
/// the weights of its epochs, the best ones, and the state beside the one before it.
fn file_sizes(config: &Config, weights: &StateDict, is_new: bool) -> Vec<usize> {
    let numbers: usize = weights.values().map(Tensor::elem_count).sum();
    let weights = numbers * size_of::<f32>();
    let momentum = if config.optimizer.momentum == 0.0 { 0 } else { weights };
    let epochs = match (is_new, config.schedule.max_epoch) {
        (false, _) => 1,
        (true, 0) => KEPT_CHECKPOINTS as usize,
        (true, limit) => limit.min(KEPT_CHECKPOINTS as usize),
    };
    [vec![weights; epochs + 1], vec![weights + momentum; if is_new { 2 } else { 1 }]].concat()
}

/// Fails if batch norm would meet a single number a channel, which has no
/// variance: a batch of one picture, the last one perhaps, of one pixel.
fn check_batch_norm(plan: &Plan, config: &Config, pictures: usize) -> Result<(), TrainError> {
    let batch_size = config.optimizer.batch_size;
    let smallest = match pictures % batch_size {
        0 => batch_size,
        rest => rest,
    };
    for (index, layer) in plan.layers().iter().enumerate() {
        let [_, height, width] = plan.layer_input(index);
        let is_norm = matches!(layer.spec, LayerSpec::BatchNorm2d(_));
        if is_norm && smallest * height * width == 1 {
            return Err(TrainError::Usage(format!(
                "optimizer.batch_size = {batch_size}: the last of {pictures} pictures is a batch of \
                 its own, and batch norm {} has no variance over its one pixel",
                layer.name
            )));
        }
    }
    Ok(())
}

/// The folder of a run and its last state, if it may go on with `config`.
fn read_run(
    path: &Path,
    config: &Config,
) -> Result<(RunFolder, (Progress, StateDict, StateDict)), TrainError> {
    let folder = RunFolder::open(path)?;
    let state = state::read(&last_state(&folder)?)?;
    may_continue(&state.0.config, config)?;
    Ok((folder, state))
}

/// Weights that do not fit the network are a fault of the file they are from.
fn unfit(start: &Start, error: LayerError) -> TrainError {
    match start {
        Start::Weights(path) | Start::Resume(path) => TrainError::in_file(path)(error),
        Start::New => error.into(),
    }
}

fn read_weights(path: &Path) -> Result<StateDict, TrainError> {
    let bytes = read_checkpoint(path)?;
    let (weights, _) = checkpoint::read_weights(&bytes).map_err(TrainError::in_file(path))?;
    Ok(weights)
}

/// Whether a run with the settings `saved` can go on with `wanted`: limits,
/// device, threads, remark, place of the data and what ends a dead run may change,
/// nothing that the run so far depends on.
fn may_continue(saved: &Config, wanted: &Config) -> Result<(), TrainError> {
    let mut allowed = saved.clone();
    allowed.run.comment.clone_from(&wanted.run.comment);
    allowed.run.on_dead = wanted.run.on_dead;
    allowed.run.save_every_secs = wanted.run.save_every_secs;
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
