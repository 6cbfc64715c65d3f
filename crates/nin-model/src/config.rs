//! The section `[model]` of a configuration: a network in words.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// A Network In Network: mlpconv blocks and a global average pool.
///
/// The default is the network of the original program, 1,992,166 parameters
/// with one input channel and ten classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Channels of the input pictures.
    pub in_channels: usize,
    /// What stands between a convolution and its ReLU.
    pub norm: NormKind,
    /// Whether a ReLU follows the last convolution. The paper and the original
    /// have one; without it class scores can be negative and cannot die. A
    /// last convolution without ReLU has no norm either.
    pub last_relu: bool,
    /// How weights start.
    pub init: InitKind,
    /// Standard deviation where `init` is `normal` and the layer has none of
    /// its own.
    pub init_std: f64,
    /// How biases start where `init` says nothing of them.
    pub bias_init: BiasInitKind,
    /// The mlpconv blocks, in order.
    pub blocks: Vec<BlockConfig>,
}

/// What stands between a convolution and its ReLU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormKind {
    /// Nothing.
    #[default]
    None,
    /// Batch norm with PyTorch's eps 1e-5 and momentum 0.1.
    Batch,
}

/// How convolution weights start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitKind {
    /// Normal with variance 2 / fan_out, biases 0.
    #[default]
    KaimingNormalFanOut,
    /// Uniform with variance 2 / (fan_in + fan_out), biases 0.
    XavierUniform,
    /// Normal with a given standard deviation, biases 0.
    Normal,
    /// Uniform in ±1 / √fan_in, biases too.
    PytorchDefault,
}

/// How convolution biases start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiasInitKind {
    /// 0.
    #[default]
    Zeros,
    /// Uniform in ±1 / √fan_in: what a program has that draws the weights of a
    /// PyTorch layer anew and leaves its biases alone, such as d2l's.
    PytorchDefault,
}

/// One mlpconv block and what follows it, in this order: local response
/// normalisation, pooling, dropout.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockConfig {
    /// The convolutions: a k×k one, then 1×1 ones.
    pub layers: Vec<ConvConfig>,
    /// Local response normalisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lrn: Option<LrnConfig>,
    /// Pooling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolConfig>,
    /// Probability that dropout sets a value to 0, in \[0, 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
}

/// One convolution; 1×1 unless it is said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvConfig {
    /// Output channels, a number or `"classes"`.
    pub channels: Channels,
    /// Height and width of the kernel in pixels.
    #[serde(default = "one")]
    pub kernel_size: usize,
    /// Stride in pixels.
    #[serde(default = "one")]
    pub stride: usize,
    /// Zero padding on each side in pixels.
    #[serde(default)]
    pub padding: usize,
    /// Standard deviation of the weights where `init` is `normal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_std: Option<f64>,
    /// Factor of the learning rate for the weight, that of a batch norm
    /// included.
    #[serde(default = "unchanged")]
    pub lr_multiplier: f64,
    /// Factor of the learning rate for the bias, that of a batch norm included.
    #[serde(default = "unchanged")]
    pub bias_lr_multiplier: f64,
    /// Factor of the weight decay for the weight, that of a batch norm
    /// included.
    #[serde(default = "unchanged")]
    pub decay_multiplier: f64,
    /// Factor of the weight decay for the bias, that of a batch norm included.
    #[serde(default = "unchanged")]
    pub bias_decay_multiplier: f64,
}

fn one() -> usize {
    1
}

fn unchanged() -> f64 {
    1.0
}

impl ConvConfig {
    /// A 1×1 convolution.
    pub fn cccp(channels: Channels) -> Self {
        Self {
            channels,
            kernel_size: one(),
            stride: one(),
            padding: 0,
            init_std: None,
            lr_multiplier: unchanged(),
            bias_lr_multiplier: unchanged(),
            decay_multiplier: unchanged(),
            bias_decay_multiplier: unchanged(),
        }
    }
}

/// Output channels of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number of channels or \"classes\"")]
pub enum Channels {
    /// A number.
    Count(usize),
    /// As many as there are classes.
    Classes(ClassCount),
}

/// The word for as many channels as there are classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassCount {
    /// `"classes"`.
    Classes,
}

impl Channels {
    /// The number for a data set of `classes` classes.
    pub fn count(self, classes: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Classes(_) => classes,
        }
    }
}

/// Local response normalisation; the defaults are the AlexNet paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LrnConfig {
    /// Channels in the window.
    pub size: usize,
    /// Weight of the sum of squares.
    pub alpha: f64,
    /// Exponent.
    pub beta: f64,
    /// Summand.
    pub k: f64,
    /// Whether alpha is divided by the size, as in PyTorch, or not, as in the
    /// formula of the AlexNet paper.
    pub divide_alpha: bool,
}

impl Default for LrnConfig {
    fn default() -> Self {
        Self { size: 5, alpha: 1e-4, beta: 0.75, k: 2.0, divide_alpha: true }
    }
}

/// Pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolConfig {
    /// Maximum or average.
    pub kind: PoolKind,
    /// Height and width of the window in pixels.
    pub kernel_size: usize,
    /// Stride in pixels.
    pub stride: usize,
    /// Padding on each side in pixels.
    #[serde(default)]
    pub padding: usize,
    /// What happens to a last window that only partly covers the input.
    #[serde(default)]
    pub rounding: PoolRounding,
}

/// Maximum or average.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolKind {
    /// The largest value of each window.
    Max,
    /// The mean of each window.
    Average,
}

/// What happens to a last window that only partly covers the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolRounding {
    /// It is left out (PyTorch's default).
    #[default]
    Floor,
    /// It is kept (Caffe, cuda-convnet).
    Ceil,
}

impl Default for ModelConfig {
    fn default() -> Self {
        let block = |channels, kernel_size, stride, padding| BlockConfig {
            layers: vec![
                ConvConfig { kernel_size, stride, padding, ..ConvConfig::cccp(channels) },
                ConvConfig::cccp(channels),
                ConvConfig::cccp(channels),
            ],
            ..BlockConfig::default()
        };
        let pool = PoolConfig {
            kind: PoolKind::Max,
            kernel_size: 3,
            stride: 2,
            padding: 0,
            rounding: PoolRounding::Floor,
        };
        let pooled = |block| BlockConfig { pool: Some(pool), ..block };
        Self {
            in_channels: 1,
            norm: NormKind::None,
            last_relu: true,
            init: InitKind::KaimingNormalFanOut,
            init_std: 0.05,
            bias_init: BiasInitKind::Zeros,
            blocks: vec![
                pooled(block(Channels::Count(96), 11, 4, 0)),
                pooled(block(Channels::Count(256), 5, 1, 2)),
                BlockConfig { dropout: Some(0.5), ..pooled(block(Channels::Count(384), 3, 1, 1)) },
                block(Channels::Classes(ClassCount::Classes), 3, 1, 1),
            ],
        }
    }
}
