//! The chain of layers that a configuration describes, named as PyTorch counts
//! the modules of an `nn.Sequential`.

use nin_layers::{
    Activation, AlphaScaling, AvgPool2d, BatchNormSpec, Conv2dSpec, Divisor, DropoutProbability,
    LayerError, LayerSpec, LocalResponseNorm, LrnParams, MaxPool2d, NamedLayer, Rounding, Window,
};

use crate::config::{ConvConfig, LrnConfig, NormKind, PoolConfig, PoolKind, PoolRounding};
use crate::{ModelConfig, ModelError};

/// Layers under construction, with what is known of each.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) layers: Vec<NamedLayer>,
    pub(super) blocks: Vec<Option<usize>>,
    pub(super) convs: Vec<Option<ConvConfig>>,
}

impl Chain {
    /// Of a configuration whose settings have been checked.
    pub(super) fn new(config: &ModelConfig, classes: usize) -> Result<Self, ModelError> {
        let mut chain = Self::default();
        let mut module = 0;
        let mut next = || {
            module += 1;
            format!("net.{}", module - 1)
        };
        for (index, block) in config.blocks.iter().enumerate() {
            let key = |key: &str| format!("blocks[{index}].{key}");
            let last_block = index + 1 == config.blocks.len();
            let name = next();
            let mut inner = 0;
            for (position, conv) in block.layers.iter().enumerate() {
                let last = last_block && position + 1 == block.layers.len();
                let relu = config.last_relu || !last;
                let layers = conv_layers(conv, config.norm, relu, classes);
                for (layer, modules) in layers {
                    chain.push(format!("{name}.{inner}"), layer, Some(index), Some(conv));
                    inner += modules;
                }
            }
            if let Some(lrn) = block.lrn {
                let lrn = lrn_layer(lrn)
                    .map_err(|error| ModelError::config(key("lrn"), error.to_string()))?;
                chain.push(next(), lrn, None, None);
            }
            if let Some(pool) = block.pool {
                chain.push(next(), pool_layer(pool), None, None);
            }
            if let Some(p) = block.dropout {
                let p = DropoutProbability::new(p)
                    .map_err(|error| ModelError::config(key("dropout"), error.to_string()))?;
                chain.push(next(), LayerSpec::Dropout(p), None, None);
            }
        }
        chain.push(next(), LayerSpec::GlobalAvgPool2d, None, None);
        Ok(chain)
    }

    fn push(
        &mut self,
        name: String,
        spec: LayerSpec,
        block: Option<usize>,
        conv: Option<&ConvConfig>,
    ) {
        self.layers.push(NamedLayer { name, spec });
        self.blocks.push(block);
        self.convs.push(conv.cloned());
    }
}

/// A convolution, norm and ReLU as layers, each with the number of PyTorch
/// modules that it stands for.
fn conv_layers(
    conv: &ConvConfig,
    norm: NormKind,
    relu: bool,
    classes: usize,
) -> Vec<(LayerSpec, usize)> {
    let ConvConfig { kernel_size, stride, padding, .. } = *conv;
    let conv = |activation| {
        LayerSpec::Conv2d(Conv2dSpec {
            out_channels: conv.channels.count(classes),
            window: Window { kernel_size, stride, padding },
            activation,
        })
    };
    match (norm, relu) {
        (_, false) => vec![(conv(Activation::None), 1)],
        (NormKind::None, true) => vec![(conv(Activation::Relu), 2)],
        (NormKind::Batch, true) => {
            let norm = BatchNormSpec { activation: Activation::Relu, ..BatchNormSpec::default() };
            vec![(conv(Activation::None), 1), (LayerSpec::BatchNorm2d(norm), 2)]
        }
    }
}

fn lrn_layer(config: LrnConfig) -> Result<LayerSpec, LayerError> {
    let LrnConfig { size, alpha, beta, k, divide_alpha } = config;
    let scaling = if divide_alpha { AlphaScaling::DividedBySize } else { AlphaScaling::Undivided };
    let params = LrnParams { size, alpha, beta, k, scaling };
    Ok(LayerSpec::LocalResponseNorm(LocalResponseNorm::new(params)?))
}

fn pool_layer(config: PoolConfig) -> LayerSpec {
    let PoolConfig { kind, kernel_size, stride, padding, rounding } = config;
    let window = Window { kernel_size, stride, padding };
    let rounding = match rounding {
        PoolRounding::Floor => Rounding::Floor,
        PoolRounding::Ceil => Rounding::Ceil,
    };
    match kind {
        PoolKind::Max => LayerSpec::MaxPool2d(MaxPool2d { window, rounding }),
        PoolKind::Average => {
            LayerSpec::AvgPool2d(AvgPool2d { window, rounding, divisor: Divisor::default() })
        }
    }
}
