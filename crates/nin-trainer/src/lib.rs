//! Trains and tests Network In Network.
//!
//! A [`Config`] says everything about a run; [`record`] holds what a run writes
//! down after each epoch.

#![forbid(unsafe_code)]

mod config;
mod error;
pub mod record;

pub use config::{
    ComputeConfig, Config, DeviceChoice, OptimizerConfig, OptimizerKind, Precision, RunConfig,
    WeightDecayOn,
};
pub use error::TrainError;
