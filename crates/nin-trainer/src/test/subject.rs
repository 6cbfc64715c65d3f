//! What is tested: weights, and all that must be known to use them.

use std::path::{Path, PathBuf};

use nin_dataset::{Contrast, DataConfig, Statistic, Whitening};
use nin_layers::StateDict;
use nin_model::{ModelInfo, checkpoint};

use super::{Part, TestRequest};
use crate::input::read_checkpoint;
use crate::run_folder::RunFolder;
use crate::train::resumed_config;
use crate::{Config, TrainError};

/// A checkpoint, and the configuration that its pictures are prepared by.
pub(super) struct Subject {
    pub(super) path: PathBuf,
    pub(super) weights: StateDict,
    pub(super) config: Config,
    /// Whether neither the file nor the user has said what the weights are for.
    pub(super) network_is_assumed: bool,
}

impl Subject {
    pub(super) fn read(request: &TestRequest) -> Result<Self, TrainError> {
        let path = file(&request.model_path)?;
        let bytes = read_checkpoint(&path)?;
        let (weights, info) =
            checkpoint::read_weights(&bytes).map_err(TrainError::in_file(&path))?;
        let mut config = match &info {
            Some(info) => described(request, info)?,
            None => undescribed(request)?,
        };
        config.optimizer.batch_size = request.batch_size.unwrap_or(128);
        if let Some(dataset_path) = &request.dataset_path {
            config.data.dataset_path = Some(dataset_path.clone());
        }
        let network_is_assumed = info.is_none() && request.config.is_none();
        Ok(Self { path, weights, config, network_is_assumed })
    }
}

/// The file that a path means: a run's folder stands for its last epoch.
fn file(path: &Path) -> Result<PathBuf, TrainError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let run = RunFolder::open(path)?;
    let epoch = run.last_weights()?;
    let epoch = epoch.ok_or_else(|| TrainError::in_file(path)("no checkpoint in this run"))?;
    Ok(run.weights(epoch))
}

/// What the checkpoint says, with what the user adds.
fn described(request: &TestRequest, info: &ModelInfo) -> Result<Config, TrainError> {
    if request.config.is_some() {
        let text = "a configuration is for a file that does not say what its weights are for, and \
                    this checkpoint does";
        return Err(TrainError::Usage(text.to_owned()));
    }
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
    if height != width {
        let problem =
            format!("pictures of {height} × {width} px, and this program makes square ones");
        return Err(TrainError::in_file(&request.model_path)(problem));
    }
    let trained_on = run_of(&request.model_path).and_then(data_of_run);
    let trained_on = trained_on.filter(|data| data.dataset == dataset);
    if request.split != Part::Test && trained_on.is_none() {
        return Err(TrainError::Usage(
            "--split val and train need a checkpoint inside its run's folder and the run's data \
             set: only then is it known how the training set was divided"
                .to_owned(),
        ));
    }
    let whitening = Whitening::try_from(info.whitening.clone())?;
    if whitening != Whitening::None && dataset.to_string() != info.dataset {
        let trained_on = &info.dataset;
        return Err(TrainError::Usage(format!(
            "dataset = {dataset}: the whitening of this checkpoint is that of {trained_on}"
        )));
    }
    let known = trained_on.unwrap_or(DataConfig { val: 0.0, ..DataConfig::default() });
    let mut config = Config::default();
    config.run.seed = info.seed;
    config.model = info.model.clone();
    config.augment.average_flips = info.average_flips;
    config.data = DataConfig {
        dataset,
        image_size: height,
        num_classes: classes,
        mean: statistic(&info.mean),
        std: statistic(&info.std),
        contrast: Contrast::try_from(info.contrast.clone())?,
        whitening,
        transpose: info.transpose,
        ..known
    };
    config.validate()?;
    Ok(config)
}

/// The run's folder: the path itself, or the folder of the checkpoints around it.
fn run_of(path: &Path) -> Option<&Path> {
    if path.is_dir() {
        return Some(path);
    }
    let checkpoints = path.parent()?;
    let run = checkpoints.parent().filter(|_| checkpoints.ends_with("checkpoints"))?;
    Some(if run.as_os_str().is_empty() { Path::new(".") } else { run })
}

/// Place and division of the data that a run was made with.
fn data_of_run(run: &Path) -> Option<DataConfig> {
    match resumed_config(run) {
        Ok(config) => Some(config.data),
        Err(error) => {
            tracing::warn!("{error}; how the run's data were divided is not known");
            None
        }
    }
}

/// For a file that does not say what its weights are for, as PyTorch programs
/// write them: the user's configuration, else the original program's.
fn undescribed(request: &TestRequest) -> Result<Config, TrainError> {
    let mut config = request.config.clone().unwrap_or_default();
    if let Some(dataset) = &request.dataset {
        config.data.dataset = dataset.clone();
        config.data.dataset_path = None;
    }
    config.data.image_size = request.image_size.unwrap_or(config.data.image_size);
    config.data.num_classes = request.num_classes.unwrap_or(config.data.num_classes);
    config.validate()?;
    Ok(config)
}
