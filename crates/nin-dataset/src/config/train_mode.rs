//! How the validation part is chosen.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::DatasetError;

/// How the validation part is chosen. Read in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TrainMode {
    /// PyTorch's random split: [`holdout`](crate::holdout).
    #[default]
    Holdout,
    /// The same share of every class:
    /// [`holdout_stratified`](crate::holdout_stratified).
    HoldoutStratified,
}

impl FromStr for TrainMode {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let problem = match text.replace('_', "-").to_ascii_lowercase().as_str() {
            "holdout" => return Ok(Self::Holdout),
            "holdout-stratified" => return Ok(Self::HoldoutStratified),
            "k-fold" | "kfold" => {
                "k-fold is not supported: the original program only had a stub that trained \
                 nothing; want holdout or holdout-stratified"
                    .into()
            }
            _ => format!("want holdout or holdout-stratified, found {text:?}"),
        };
        Err(DatasetError::Config { key: "train_mode", problem })
    }
}

impl fmt::Display for TrainMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Holdout => "holdout",
            Self::HoldoutStratified => "holdout-stratified",
        })
    }
}

impl TryFrom<String> for TrainMode {
    type Error = DatasetError;

    fn try_from(text: String) -> Result<Self, DatasetError> {
        text.parse()
    }
}

impl From<TrainMode> for String {
    fn from(mode: TrainMode) -> Self {
        mode.to_string()
    }
}
