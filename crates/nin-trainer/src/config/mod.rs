//! The configuration of a run: one TOML file, seven sections, each owned by the
//! crate that uses it.

mod compute;
mod keys;
mod optimizer;
mod read;
mod run;
mod validate;
mod value;

use nin_dataset::{AugmentConfig, DataConfig};
use nin_model::ModelConfig;
use nin_schedule::ScheduleConfig;
use serde::{Deserialize, Serialize};

pub use nin_dataset::DatasetName;

pub use compute::{ComputeConfig, ConvChoice, DeviceChoice, Precision};
pub use optimizer::{OptimizerConfig, OptimizerKind, WeightDecayOn};
pub use read::ConfigSource;
pub use run::RunConfig;

/// A complete run in words.
///
/// The defaults are neutral: every extra is off, and what is left does what
/// the original program does when it is given no option.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name, seed and folder.
    pub run: RunConfig,
    /// Which data, and how they are divided and prepared.
    pub data: DataConfig,
    /// How training pictures are varied.
    pub augment: AugmentConfig,
    /// The network.
    pub model: ModelConfig,
    /// The optimiser and its loss.
    pub optimizer: OptimizerConfig,
    /// Learning rate and stopping.
    pub schedule: ScheduleConfig,
    /// Where and how the arithmetic is done.
    pub compute: ComputeConfig,
}
