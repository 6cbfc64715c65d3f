//! Testing what a training has left.

mod report;
mod subject;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use nin_dataset::DatasetName;
use nin_layers::LayerError;
use nin_layers::engine::{self, Device, UpdateScale};

use self::report::report;
use self::subject::Subject;
use crate::banner::Banner;
use crate::evaluate::{Flips, Scoring, evaluate};
use crate::feed::Feed;
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
    /// A run's folder, whose last epoch is tested, or a checkpoint: a safetensors
    /// file or one of PyTorch's `torch.save`.
    pub model_path: PathBuf,
    /// Network, picture size, classes and preparation for a file that does not
    /// say them, as PyTorch programs write them; the original program's
    /// if not given.
    pub config: Option<Config>,
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

/// Why weights may not fit a network that nobody has named.
const ASSUMED: &str =
    " (the file does not say its network; without --config the original program's is assumed)";

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
    let Subject { path, weights, config, network_is_assumed } = Subject::read(request)?;
    threads.install(|| {
        log_program(&device, rayon::current_num_threads());
        let workload = Workload::load(&config, interrupt)?;
        workload.check_memory(&device)?;
        banner(request, &config, &path, &device, &workload).print(console);
        let plan = workload.network.plan().clone();
        let parameters = weights.values().map(candle_core::Tensor::elem_count).sum::<usize>();
        tracing::info!("loaded {} tensors, {parameters} numbers", weights.len());
        let mut engine =
            engine::create(&device, plan, config.compute.conv_settings(), &weights, |_| {
                UpdateScale::default()
            })
            .map_err(|error| match error {
                LayerError::Device { .. } => TrainError::from(error),
                error => {
                    let hint = if network_is_assumed { ASSUMED } else { "" };
                    TrainError::in_file(&path)(format!("{error}{hint}"))
                }
            })?;
        let (loader, order) = match request.split {
            Part::Test => (&workload.test, (0..workload.test.data().len() as u32).collect()),
            Part::Val => (&workload.train, workload.split.val.clone()),
            Part::Train => (&workload.train, workload.split.train.clone()),
        };
        if order.is_empty() {
            let text = "--split val: the run had no validation part, data.val was 0";
            return Err(TrainError::Usage(text.to_owned()));
        }
        let pass = Feed::new(&mut *engine, loader)?.pass(&mut *engine, order, 0, None)?;
        let scoring = Scoring { flips: Flips::new(&config.augment), ..Scoring::default() };
        let evaluation =
            evaluate(&mut *engine, scoring, pass, interrupt).map_err(|error| match error {
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
        console.check()?;
        Ok(evaluation.totals.into())
    })
}

fn banner(
    request: &TestRequest,
    config: &Config,
    path: &Path,
    device: &Device,
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
