//! The section `[run]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::OnDead;

/// Name, seed and folder of a run, and what ends it early.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Name in banner and log.
    pub name: String,
    /// A remark, shown in the banner.
    pub comment: String,
    /// Seed of initial weights, split, order of the pictures and dropout.
    ///
    /// TOML's integers end at 2⁶³ − 1; a larger seed is written as a string.
    #[serde(with = "seed")]
    pub seed: u64,
    /// The run's folder, absent or empty; without it
    /// `runs/nin/<dataset>/YYYY_MM_DD_HH_MM` in local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_base_path: Option<PathBuf>,
    /// What happens when the training is found dead.
    pub on_dead: OnDead,
    /// Seconds after which the state is saved again within an epoch; 0 to save it at
    /// the end of epochs and when interrupted only.
    pub save_every_secs: u32,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            name: "Nin".to_owned(),
            comment: String::new(),
            seed: 42,
            model_base_path: None,
            on_dead: OnDead::Warn,
            save_every_secs: 300,
        }
    }
}

/// A seed as an integer, or as a string of digits.
mod seed {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a whole number from 0 to 18446744073709551615")]
    enum Seed {
        Number(u64),
        Digits(String),
    }

    pub(super) fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(*seed) {
            Ok(seed) => seed.serialize(serializer),
            Err(_) => seed.to_string().serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        match Seed::deserialize(deserializer)? {
            Seed::Number(seed) => Ok(seed),
            Seed::Digits(digits) => digits
                .parse()
                .map_err(|_| de::Error::custom("a whole number from 0 to 18446744073709551615")),
        }
    }
}
