//! What a training begins with: new, resumed or from other weights.

use std::path::Path;
use std::time::Instant;

use candle_core::Tensor;
use nin_dataset::LoaderRng;
use nin_layers::engine::{self, Device};
use nin_layers::{LayerError, LayerSpec, Plan, StateDict};
use nin_model::checkpoint;
use nin_schedule::{ConvergenceStop, Monitor, ScheduleState};

use super::super::{Start, announce, last_state};
use super::Session;
use crate::feed::Feed;
use crate::input::read_checkpoint;
use crate::record::Records;
use crate::run_folder::{KEPT_CHECKPOINTS, RunFolder};
use crate::state::{self, Progress, Tensors};
use crate::workload::{Workload, log_program};
use crate::{Config, Console, Interrupt, TrainError};

/// A moment of a training: the engine's tensors and everything else that moves.
struct Moment {
    progress: Progress,
    tensors: Tensors,
}

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
        log_program(device, rayon::current_num_threads());
        let config = with_what_can_be_monitored(config);
        let mut stop = config.schedule.stop();
        let saved = match start {
            Start::Resume(path) => {
                let mut folder = RunFolder::open(path)?;
                // Looked at first, as a run that is over need not be written to.
                if is_over(&read_moment(&folder, &config)?, &config, &mut stop, console) {
                    return Ok(None);
                }
                folder.lock()?;
                // Another program may have gone on with it until now.
                let moment = read_moment(&folder, &config)?;
                if is_over(&moment, &config, &mut stop, console) {
                    return Ok(None);
                }
                Some((folder, moment))
            }
            Start::New | Start::Weights(_) => None,
        };
        let workload = Workload::load(&config, interrupt)?;
        workload.log_parts();
        workload.check_memory(device)?;
        let plan = workload.network.plan();
        check_batch_norm(plan, &config, workload.split.train.len())?;
        if config.augment.small_epochs > 0 {
            let size = config.augment.small_size;
            let small = plan.with_image_size([size; 2]).map_err(|error| {
                TrainError::Usage(format!("augment.small_size = {size}: {error}"))
            })?;
            check_batch_norm(&small, &config, workload.split.train.len())?;
        }
        let steps = workload.train.batch_count(workload.split.train.len());
        let mut schedule = config.schedule.schedule(config.optimizer.lr, steps)?;
        let (folder, mut moment) = match saved {
            Some((folder, moment)) => {
                let state = folder.state(moment.progress.epoch);
                moment.progress.check(&state, &workload.origin(), workload.pictures(), steps)?;
                schedule.restore(moment.progress.schedule.clone())?;
                (Some(folder), moment)
            }
            None => (None, first_moment(&config, start, &workload, schedule.state())?),
        };
        moment.progress.set_config(&config);
        let scale = |name: &str| config.optimizer.update_scale(&workload.network, name);
        let plan = workload.network.plan().clone();
        let settings = config.compute.conv_settings();
        let tensors = &moment.tensors;
        let mut engine = engine::create(device, plan, settings, &tensors.weights, scale)
            .and_then(|mut engine| {
                engine.load_momentum(&tensors.momentum)?;
                engine.load_averages(&tensors.averages)?;
                Ok(engine)
            })
            .map_err(|error| unfit(start, error))?;
        let train = Feed::new(&mut *engine, &workload.train)?;
        let test = Feed::new(&mut *engine, &workload.test)?;

        let title = format!("{} on {}", config.run.name, config.data.dataset);
        let (folder, records) = match folder {
            None => new_folder(&config, &moment, &title)?,
            Some(folder) => {
                folder.update_config(&config)?;
                folder.check_room(&file_sizes(&config, &moment.tensors.weights, 1))?;
                // With the settings that it goes on with.
                save(&folder, &moment)?;
                let records = Records::resume(folder.path(), &title, moment.progress.epoch)?;
                (folder, records)
            }
        };
        // From here on the run can be resumed, whatever ends it.
        interrupt.begin_to_look();
        let drawing = workload.network.summary()?.draw(&title);
        folder.write(&folder.path().join("network.svg"), drawing.as_bytes())?;
        console.log().open(&folder.path().join("train.log"))?;
        announce::banner(&config, &workload, folder.path(), device).print(console);
        tracing::info!("seed {}, run folder {}", config.run.seed, folder.path().display());
        Ok(Some(Self {
            config,
            workload,
            train,
            test,
            engine,
            schedule,
            stop,
            loaders: LoaderRng::restore(moment.progress.loaders),
            progress: moment.progress,
            folder,
            records,
            last_saved: Instant::now(),
            diagnosis: None,
            console,
            interrupt,
        }))
    }
}

/// Without a validation part, the training accuracy is monitored.
fn with_what_can_be_monitored(config: &Config) -> Config {
    let mut config = config.clone();
    if config.data.val == 0.0 && config.schedule.monitor != Monitor::TrainAccuracy {
        tracing::info!("without a validation part, monitor is train_accuracy");
        config.schedule.monitor = Monitor::TrainAccuracy;
    }
    config
}

/// Where a new training starts.
fn first_moment(
    config: &Config,
    start: &Start,
    workload: &Workload,
    schedule: ScheduleState,
) -> Result<Moment, TrainError> {
    let weights = match start {
        Start::Weights(path) => read_weights(path)?,
        Start::New | Start::Resume(_) => workload.network.initial_weights(config.run.seed)?,
    };
    let progress = Progress::start(config, workload.origin(), schedule);
    Ok(Moment { progress, tensors: Tensors { weights, ..Tensors::default() } })
}

/// The folder of a new training, with its first state.
fn new_folder(
    config: &Config,
    moment: &Moment,
    title: &str,
) -> Result<(RunFolder, Records), TrainError> {
    let folder = RunFolder::create(config)?;
    let limit = config.schedule.max_epoch;
    let kept = KEPT_CHECKPOINTS as usize;
    let epochs = if limit == 0 { kept } else { limit.min(kept) };
    folder.check_room(&file_sizes(config, &moment.tensors.weights, epochs))?;
    save(&folder, moment)?;
    let records = Records::create(folder.path(), title)?;
    Ok((folder, records))
}

fn save(folder: &RunFolder, moment: &Moment) -> Result<(), TrainError> {
    let Moment { progress, tensors } = moment;
    folder.write(&folder.state(progress.epoch), &state::to_bytes(progress, tensors)?)
}

/// Bytes of the files that a run writes in so many epochs: their weights, the best
/// ones, and a state beside the one before it, each with its header.
fn file_sizes(config: &Config, weights: &StateDict, epochs: usize) -> Vec<usize> {
    let numbers: usize = weights.values().map(Tensor::elem_count).sum();
    let header = 1 << 13;
    let weights = numbers * size_of::<f32>() + header;
    let optimizer = &config.optimizer;
    let beside = [optimizer.momentum, optimizer.ema_decay].iter().filter(|&&x| x != 0.0).count();
    let state = (1 + beside) * weights;
    [vec![weights; epochs + 1], vec![state; 2]].concat()
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

/// The last state of a run, if it may go on with `config`.
fn read_moment(folder: &RunFolder, config: &Config) -> Result<Moment, TrainError> {
    let (progress, tensors) = state::read(&last_state(folder)?)?;
    may_continue(&progress.config, config)?;
    Ok(Moment { progress, tensors })
}

/// Whether a run has come to its end, which is told then.
fn is_over(
    moment: &Moment,
    config: &Config,
    stop: &mut ConvergenceStop,
    console: &Console,
) -> bool {
    stop.restore(moment.progress.stop);
    let epoch = moment.progress.epoch;
    let reason = stop.reason(epoch as usize);
    if let Some(reason) = reason {
        announce::already_over(console, config, reason, epoch);
    }
    reason.is_some()
}

/// Weights that do not fit the network are a fault of the file they are from.
fn unfit(start: &Start, error: LayerError) -> TrainError {
    match (start, error) {
        (_, error @ LayerError::Device { .. }) | (Start::New, error) => error.into(),
        (Start::Weights(path) | Start::Resume(path), error) => TrainError::in_file(path)(error),
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
    allowed.data.sha256.clone_from(&wanted.data.sha256);
    allowed.compute.device = wanted.compute.device;
    allowed.compute.threads = wanted.compute.threads;
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
