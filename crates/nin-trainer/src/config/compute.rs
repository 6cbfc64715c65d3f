//! The section `[compute]`.

use std::fmt;
use std::str::FromStr;

use nin_layers::{ConvMethod, ConvSettings};
use serde::{Deserialize, Serialize};

/// Where and how the arithmetic is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComputeConfig {
    /// The device.
    pub device: DeviceChoice,
    /// Threads on the CPU; 0 for as many as the process may use. Results do
    /// not depend on it.
    pub threads: usize,
    /// The arithmetic of products.
    pub precision: Precision,
    /// How convolutions are computed.
    pub conv: ConvChoice,
}

impl ComputeConfig {
    /// What the kernels are told.
    pub(crate) fn conv_settings(&self) -> ConvSettings {
        let method = match self.conv {
            ConvChoice::Fast => ConvMethod::Fast,
            ConvChoice::Exact => ConvMethod::Exact,
        };
        let precision = match self.precision {
            Precision::F32 => nin_layers::Precision::F32,
            Precision::Tf32 => nin_layers::Precision::Tf32,
            Precision::Bf16 => nin_layers::Precision::Bf16,
        };
        ConvSettings { method, precision, ..ConvSettings::default() }
    }
}

/// How convolutions are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConvChoice {
    /// With as few products as possible, by Winograd's algorithm where it
    /// pays.
    #[default]
    Fast,
    /// With every product of the formula.
    Exact,
}

/// A device by name: `auto`, `cpu`, `cuda` or `cuda:N`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// The best that this build and this machine have.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// An NVIDIA card by number.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.to_ascii_lowercase();
        let wrong = || format!("want auto, cpu, cuda or cuda:N, got {text:?}");
        match name.split_once(':') {
            None if name == "auto" => Ok(Self::Auto),
            None if name == "cpu" => Ok(Self::Cpu),
            None if name == "cuda" => Ok(Self::Cuda(0)),
            Some(("cuda", number)) => number.parse().map(Self::Cuda).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(0) => f.write_str("cuda"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(device: DeviceChoice) -> Self {
        device.to_string()
    }
}

/// The arithmetic of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// TF32 with sums in f32, on cards that have it; else the same as f32.
    Tf32,
    /// bfloat16 with sums in f32: on a card in all convolutions, on a CPU where no
    /// tiles are transformed, in 1×1 convolutions and first layers. Weights, sums,
    /// norms and loss stay f32.
    Bf16,
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "f32" => Ok(Self::F32),
            "tf32" => Ok(Self::Tf32),
            "bf16" => Ok(Self::Bf16),
            _ => Err(format!("want f32, tf32 or bf16, got {text:?}")),
        }
    }
}

impl TryFrom<String> for Precision {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F32 => f.pad("f32"),
            Self::Tf32 => f.pad("tf32"),
            Self::Bf16 => f.pad("bf16"),
        }
    }
}

impl From<Precision> for String {
    fn from(precision: Precision) -> Self {
        precision.to_string()
    }
}
