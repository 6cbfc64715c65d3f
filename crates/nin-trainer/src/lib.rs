#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod banner;
mod compute;
mod config;
mod console;
mod dead;
mod error;
mod evaluate;
mod feed;
mod input;
mod interrupt;
mod origin;
pub mod record;
mod run_folder;
mod run_log;
mod state;
mod test;
mod train;
mod version;
mod whole_file;
mod workload;

pub use config::{
    ComputeConfig, Config, ConfigSource, ConvChoice, DatasetName, DeviceChoice, OptimizerConfig,
    OptimizerKind, Precision, RunConfig, WeightDecayOn,
};
pub use console::{Console, Verbosity, printable};
pub use dead::OnDead;
pub use error::TrainError;
pub use evaluate::TestResult;
pub use interrupt::Interrupt;
pub use run_log::RunLog;
pub use test::{Part, TestRequest, test};
pub use train::{Start, dry_run, resumed_config, train};
pub use version::version;
