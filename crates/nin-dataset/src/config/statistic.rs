//! A mean or standard deviation as configured.

use serde::{Deserialize, Serialize};

use crate::DatasetError;

/// A mean or standard deviation of pixels in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, a list of numbers (one a channel) or \"train\"")]
pub enum Statistic {
    /// One number for every channel.
    Same(f64),
    /// A number for each channel.
    PerChannel(Vec<f64>),
    /// Measured over the training part: `"train"`.
    Measured(Measured),
}

/// What a statistic is measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// The training part, without the validation part.
    Train,
}

impl Statistic {
    pub(super) fn check(
        &self,
        key: &'static str,
        good: fn(f64) -> bool,
        wanted: &str,
    ) -> Result<(), DatasetError> {
        let values = match self {
            Self::Same(value) => std::slice::from_ref(value),
            Self::PerChannel(values) if values.is_empty() => {
                return Err(DatasetError::config(key, "an empty list"));
            }
            Self::PerChannel(values) => values,
            Self::Measured(_) => return Ok(()),
        };
        match values.iter().find(|&&value| !good(value)) {
            Some(value) => Err(DatasetError::config(key, format!("want {wanted}, found {value}"))),
            None => Ok(()),
        }
    }
}
