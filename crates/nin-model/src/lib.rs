//! Network In Network from a configuration.
//!
//! [`ModelConfig`] describes a network in words, [`Network`] plans it for a
//! picture size and a number of classes: shapes, names, initial weights, a
//! table and a drawing of its layers, and a candle module. [`checkpoint`] keeps
//! weights in safetensors files that PyTorch reads.

#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod config;
pub mod drawing;
mod error;
mod network;
mod summary;
#[cfg(test)]
mod testing;
mod thousands;

pub use checkpoint::ModelInfo;
pub use config::ModelConfig;
pub use error::ModelError;
pub use network::Network;
pub use summary::{Summary, SummaryRow};
