//! Testing what a training has left.

#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use nin_dataset::{DataConfig, DatasetName, Statistic};
use nin_layers::engine::{self, UpdateScale};
use nin_layers::{LayerError, StateDict};
use nin_model::{ModelInfo, checkpoint};

use crate::banner::Banner;
use crate::evaluate::{Confusion, Evaluation, evaluate};
use crate::run_folder::RunFolder;
use crate::train::{resumed_config, test_accuracy};
use crate::workload::{Workload, log_program};
use crate::{Config, Console, DeviceChoice, Interrupt, TestResult, TrainError, compute};

/// A part of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The test set.
    #[default]
    Test,
    /// The validation part of the training set.
    Val,
    /// The training part of the training set.
    Train,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "test" => Ok(Self::Test),
            "val" => Ok(Self::Val),
            "train" => Ok(Self::Train),
            _ => Err(format!("want test, val or train, got {text:?}")),
        }
    }
}

/// What to test on what. Whatever the checkpoint knows need not be given; a
/// value that contradicts it is an error.
#[derive(Clone, Debug, Default)]
pub struct TestRequest {
    /// A run's folder, whose last epoch is tested, or a checkpoint.
    pub model_path: PathBuf,
    /// A remark, shown in the banner.
    pub comment: Option<String>,
    /// The data set; the one trained on if not given.
    pub dataset: Option<DatasetName>,
    /// Where a named data set lies.
    pub dataset_path: Option<PathBuf>,
    /// Height and width of the pictures in pixels.
    pub image_size: Option<usize>,
    /// Number of classes.
    pub num_classes: Option<usize>,
    /// Pictures at a time; 128 if not given.
    pub batch_size: Option<usize>,
    /// The device.
    pub device: DeviceChoice,
    /// Threads on the CPU; 0 for as many as the process may use.
    pub threads: usize,
    /// The part of the data set.
    pub split: Part,
}

/// Tests a checkpoint and prints loss, a table of the classes, the confusion
/// matrix and, last, the accuracy.
///
/// # Errors
///
/// Any [`TrainError`].
pub fn test(
    request: &TestRequest,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<TestResult, TrainError> {
    let device = compute::device(request.device)?;
    let threads = compute::threads(request.threads)?;
    let (path, weights, info) = read(&request.model_path)?;
    let config = configuration(request, &info)?;
    threads.install(|| {
        log_program(compute::device_name(&device), rayon::current_num_threads());
        let workload = Workload::load(&config)?;
        banner(request, &config, &path, compute::device_name(&device), &workload).print(console);
        let plan = workload.network.plan().clone();
        let parameters = weights.values().map(candle_core::Tensor::elem_count).sum::<usize>();
        tracing::info!("loaded {} tensors, {parameters} numbers", weights.len());
        let mut engine = engine::create(&device, plan, &weights, |_| UpdateScale::default())
            .map_err(TrainError::in_file(&path))?;
        let batches = match request.split {
            Part::Test => {
                workload.test.batches((0..workload.test.data().len() as u32).collect())?
            }
            Part::Val => workload.train.batches(workload.split.val.clone())?,
            Part::Train => workload.train.batches(workload.split.train.clone())?,
        };
        let evaluation =
            evaluate(&mut *engine, batches, interrupt).map_err(|error| match error {
                TrainError::Bug(error @ LayerError::NotFinite { .. }) => {
                    TrainError::in_file(&path)(error)
                }
                other => other,
            })?;
        let Some(evaluation) = evaluation else {
            let signal = interrupt.signal().unwrap_or_default();
            return Err(TrainError::Interrupted { signal, run: None });
        };
        report(console, &workload.class_names, &evaluation, request.split);
        Ok(evaluation.totals.into())
    })
}

/// The checkpoint that a path means, and its path.
fn read(path: &Path) -> Result<(PathBuf, StateDict, ModelInfo), TrainError> {
    let path = if path.is_dir() {
        let run = RunFolder::open(path)?;
        let epoch = run.last_weights()?;
        let epoch = epoch.ok_or_else(|| TrainError::in_file(path)("no checkpoint in this run"))?;
        run.weights(epoch)
    } else {
        path.to_owned()
    };
    let bytes = fs::read(&path).map_err(TrainError::reading(&path))?;
    let (weights, info) = checkpoint::from_bytes(&bytes).map_err(TrainError::in_file(&path))?;
    Ok((path, weights, info))
}

/// What the checkpoint says, with what the user adds.
fn configuration(request: &TestRequest, info: &ModelInfo) -> Result<Config, TrainError> {
    let contradiction = |key: &str, given: usize, known: usize| {
        let text = format!("{key} = {given} contradicts the checkpoint, which has {known}");
        Err(TrainError::Usage(text))
    };
    let classes = info.class_names.len();
    let [height, width] = info.image_size;
    match (request.image_size, request.num_classes) {
        (Some(size), _) if [size; 2] != info.image_size => {
            return contradiction("image_size", size, height.max(width));
        }
        (_, Some(count)) if count != classes => {
            return contradiction("num_classes", count, classes);
        }
        _ => {}
    }
    let statistic = |values: &[f32]| {
        Statistic::PerChannel(values.iter().map(|&value| f64::from(value)).collect())
    };
    let dataset = match &request.dataset {
        Some(dataset) => dataset.clone(),
        None => info.dataset.parse()?,
    };
    // Place and division of the data are the run's, where there is one.
    let run = request.model_path.ancestors().find(|path| path.join("checkpoints").is_dir());
    let trained_on = run.and_then(|run| resumed_config(run).ok()).map(|config| config.data);
    let trained_on = trained_on.filter(|data| data.dataset == dataset);
    if request.split != Part::Test && trained_on.is_none() {
        return Err(TrainError::Usage(
            "--split val and train need a checkpoint inside its run's folder and the run's data \
             set: only then is it known how the training set was divided"
                .to_owned(),
        ));
    }
    let known = trained_on.unwrap_or(DataConfig { val: 0.0, ..DataConfig::default() });
    let mut config = Config::default();
    config.run.seed = info.seed;
    config.model = info.model.clone();
    config.optimizer.batch_size = request.batch_size.unwrap_or(128);
    config.data = DataConfig {
        dataset,
        dataset_path: request.dataset_path.clone().or_else(|| known.dataset_path.clone()),
        image_size: height,
        num_classes: classes,
        mean: statistic(&info.mean),
        std: statistic(&info.std),
        ..known
    };
    Ok(config)
}

fn banner(
    request: &TestRequest,
    config: &Config,
    path: &Path,
    device: &str,
    workload: &Workload,
) -> Banner {
    Banner::new(&config.run.name)
        .row("comment", request.comment.as_deref().unwrap_or_default())
        .row("device", device)
        .row("model_path", path.display())
        .row("dataset_path", &workload.source)
        .row("image_size", config.data.image_size)
        .row("num_classes", config.data.num_classes)
        .row("batch_size", config.optimizer.batch_size)
        .row("dataset", &config.data.dataset)
        .row("threads", rayon::current_num_threads())
}

fn report(console: &Console, names: &[String], evaluation: &Evaluation, part: Part) {
    let Evaluation { totals, confusion } = evaluation;
    console.line(format_args!("Loss: {:.6}", totals.loss()));
    console.line("");
    console.line(class_table(names, confusion));
    console.line(confusion_table(names, confusion));
    match part {
        Part::Test => test_accuracy(console, totals),
        Part::Val | Part::Train => console.result(format_args!(
            "Accuracy of the model on the {} {} images: {:.2}%",
            totals.samples,
            if part == Part::Val { "validation" } else { "training" },
            100.0 * totals.accuracy()
        )),
    }
}

fn name_width(names: &[String]) -> usize {
    names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("class".len())
}

/// Accuracy of each class: how many of its pictures were recognised.
fn class_table(names: &[String], confusion: &Confusion) -> String {
    let width = name_width(names);
    let mut table = format!("{:<width$}  correct  of      accuracy\n", "class");
    for ((class, name), row) in names.iter().enumerate().zip(confusion.rows()) {
        let (correct, samples) = (row[class], row.iter().sum::<u64>());
        let accuracy = match samples {
            0 => "n/a (0 samples)".to_owned(),
            _ => format!("{:.2}%", 100.0 * correct as f64 / samples as f64),
        };
        let _ = writeln!(table, "{name:<width$}  {correct:>7}  {samples:<6}  {accuracy}");
    }
    table
}

/// A row for each class, a column for each prediction.
fn confusion_table(names: &[String], confusion: &Confusion) -> String {
    let width = name_width(names);
    let digits = confusion.rows().flatten().max().copied().unwrap_or(0).to_string().len();
    let cell = digits.max(names.len().to_string().len()) + 1;
    let mut table = format!("{:<width$}  predicted as class number\n{:width$}  ", "class", "");
    (0..names.len()).for_each(|class| {
        let _ = write!(table, "{class:>cell$}");
    });
    table.push('\n');
    for (name, row) in names.iter().zip(confusion.rows()) {
        let _ = write!(table, "{name:<width$}  ");
        row.iter().for_each(|count| {
            let _ = write!(table, "{count:>cell$}");
        });
        table.push('\n');
    }
    table
}
