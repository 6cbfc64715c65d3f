//! The section `[run]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Name, seed and folder of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Name in banner and log.
    pub name: String,
    /// A remark, shown in the banner.
    pub comment: String,
    /// Seed of initial weights, split, order of the pictures and dropout.
    pub seed: u64,
    /// The run's folder, absent or empty; without it
    /// `runs/nin/<dataset>/YYYY_MM_DD_HH_MM` in local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_base_path: Option<PathBuf>,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self { name: "Nin".to_owned(), comment: String::new(), seed: 42, model_base_path: None }
    }
}
