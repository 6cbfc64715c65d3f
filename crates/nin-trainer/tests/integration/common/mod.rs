//! Small runs that take a moment.
#![allow(dead_code, reason = "each test program uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

mod idx;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use idx::write_idx;
use nin_trainer::{
    Config, Console, Interrupt, Start, TestResult, TrainError, Verbosity, record, train,
};

/// Batch norm, dropout, momentum and a plateau: everything that a resume must
/// carry over.
const CONFIG: &str = r#"
[data]
dataset = "fashion-mnist-sample"
image_size = 10
val = 0.2

[model]
norm = "batch"
last_relu = false
blocks = [
  { layers = [{ channels = 8, kernel_size = 3, padding = 1 }, { channels = 8 }],
    pool = { kind = "max", kernel_size = 3, stride = 2, rounding = "ceil" }, dropout = 0.2 },
  { layers = [{ channels = 8, kernel_size = 3, padding = 1 }, { channels = "classes" }] },
]

[optimizer]
batch_size = 100
lr = 0.1
momentum = 0.9
weight_decay = 1e-3
weight_decay_on = "weights"

[schedule]
max_epoch = 3
patience = 0
threshold = 1.0 # no accuracy gains this much: a cut after each epoch but the first
threshold_mode = "abs"
max_reduce = 0
"#;

pub(crate) struct Runs {
    folder: tempfile::TempDir,
}

impl Runs {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The settings of a new run in the folder `name`.
    pub(crate) fn config(&self, name: &str) -> Config {
        let mut config: Config = toml::from_str(CONFIG).unwrap();
        config.run.model_base_path = Some(self.path(name));
        config
    }

    /// As [`config`](Self::config) on 40 pictures that take no time: 30 to train
    /// on in batches of 7, 10 to validate and 20 to test on.
    pub(crate) fn tiny(&self, name: &str) -> Config {
        self.tiny_of(name, 40)
    }

    /// As [`tiny`](Self::tiny) with another number of pictures.
    pub(crate) fn tiny_of(&self, name: &str, pictures: u32) -> Config {
        let folder = self.path(&format!("{pictures} pictures"));
        if !folder.exists() {
            write_idx(&folder, pictures, 20);
        }
        let mut config = self.config(name);
        config.data.dataset = folder.display().to_string().parse().unwrap();
        (config.data.image_size, config.data.val) = (8, 0.25);
        config.optimizer.batch_size = 7;
        config
    }
}

pub(crate) fn quiet() -> Console {
    Console::new(Verbosity::Quiet)
}

pub(crate) fn start(config: &Config) -> Result<Option<TestResult>, TrainError> {
    train(config, &Start::New, &quiet(), &Interrupt::default())
}

pub(crate) fn resume(config: &Config, run: &Path) -> Result<Option<TestResult>, TrainError> {
    train(config, &Start::Resume(run.to_owned()), &quiet(), &Interrupt::default())
}

pub(crate) fn weights(run: &Path, epoch: usize) -> Vec<u8> {
    fs::read(run.join(format!("checkpoints/{epoch}.safetensors"))).unwrap()
}

/// The rows of metrics.csv without the times.
pub(crate) fn metrics(run: &Path) -> Vec<record::EpochRecord> {
    let rows = record::metrics::read(&run.join("metrics.csv")).unwrap();
    let timeless = |row| record::EpochRecord { seconds: 0.0, images_per_second: 0.0, ..row };
    rows.into_iter().map(timeless).collect()
}

/// Whether every tensor of a checkpoint or state holds finite numbers only.
pub(crate) fn is_finite(file: &Path) -> bool {
    let tensors = candle_core::safetensors::load(file, &candle_core::Device::Cpu).unwrap();
    tensors.values().all(|tensor| {
        let values = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        values.iter().all(|value| value.is_finite())
    })
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
    found
}
