#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod config;
pub mod drawing;
mod error;
mod file_kind;
mod network;
pub mod pytorch;
mod summary;
#[cfg(test)]
mod testing;
mod thousands;

pub use checkpoint::ModelInfo;
pub use config::ModelConfig;
pub use error::ModelError;
pub use network::Network;
pub use summary::{Summary, SummaryRow};
