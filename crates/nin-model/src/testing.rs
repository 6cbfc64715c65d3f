//! Networks of the literature, for tests.

use crate::ModelConfig;
use crate::config::{BiasInitKind, InitKind, NormKind, PoolRounding};
use crate::config::{BlockConfig, Channels, ClassCount, ConvConfig, PoolConfig, PoolKind};

pub(crate) const CLASSES: Channels = Channels::Classes(ClassCount::Classes);

/// A k×k convolution of stride 1 that keeps the size.
pub(crate) fn conv(channels: Channels, kernel_size: usize) -> ConvConfig {
    ConvConfig { kernel_size, padding: kernel_size / 2, ..ConvConfig::cccp(channels) }
}

/// A k×k convolution and two 1×1 ones.
pub(crate) fn mlpconv(kernel_size: usize, [first, second, third]: [Channels; 3]) -> BlockConfig {
    BlockConfig {
        layers: vec![conv(first, kernel_size), conv(second, 1), conv(third, 1)],
        ..BlockConfig::default()
    }
}

/// The pooling of the paper's code, in ceil mode, and dropout.
fn pooled(block: BlockConfig, kind: PoolKind) -> BlockConfig {
    let rounding = PoolRounding::Ceil;
    let pool = PoolConfig { kind, kernel_size: 3, stride: 2, padding: 0, rounding };
    BlockConfig { pool: Some(pool), dropout: Some(0.5), ..block }
}

fn paper(in_channels: usize, [first, second, third]: [BlockConfig; 3]) -> ModelConfig {
    ModelConfig {
        in_channels,
        norm: NormKind::None,
        last_relu: true,
        init: InitKind::Normal,
        init_std: 0.05,
        bias_init: BiasInitKind::Zeros,
        blocks: vec![pooled(first, PoolKind::Max), pooled(second, PoolKind::Max), third],
    }
}

fn counts(channels: [usize; 3]) -> [Channels; 3] {
    channels.map(Channels::Count)
}

/// The authors' network for MNIST.
pub(crate) fn paper_mnist() -> ModelConfig {
    let last = [Channels::Count(128), Channels::Count(96), CLASSES];
    let blocks = [mlpconv(5, counts([96, 64, 48])), mlpconv(5, counts([128, 96, 48]))];
    let [first, second] = blocks;
    paper(1, [first, second, mlpconv(5, last)])
}

/// The authors' network for CIFAR-10 and CIFAR-100.
pub(crate) fn paper_cifar(in_channels: usize) -> ModelConfig {
    let last = [Channels::Count(192), Channels::Count(192), CLASSES];
    let first = mlpconv(5, counts([192, 160, 96]));
    paper(in_channels, [first, mlpconv(5, counts([192, 192, 192])), mlpconv(3, last)])
}

/// The authors' network for ImageNet, as Caffe's model zoo has it.
pub(crate) fn caffe_imagenet() -> ModelConfig {
    let mut config = ModelConfig { in_channels: 3, ..ModelConfig::default() };
    let last = [Channels::Count(1024), Channels::Count(1024), CLASSES];
    config.blocks[3] = mlpconv(3, last);
    config
}

/// Two small blocks with pooling and dropout between them.
pub(crate) fn small(norm: NormKind) -> ModelConfig {
    let first = mlpconv(3, counts([4, 3, 2]));
    let last = mlpconv(3, [Channels::Count(4), Channels::Count(3), CLASSES]);
    let blocks = vec![pooled(first, PoolKind::Max), last];
    ModelConfig { norm, blocks, ..ModelConfig::default() }
}
