//! From the words of a configuration to a planned network.

mod chain;
mod check;
#[cfg(test)]
mod tests;

use candle_nn::VarBuilder;
use nin_layers::engine::UpdateScale;
use nin_layers::{Init, ParameterRole, Plan, Sequential, StateDict, init};

use crate::config::{BiasInitKind, ConvConfig, InitKind};
use crate::{ModelConfig, ModelError};
use chain::Chain;
use check::{check_settings, check_sizes};

/// A Network In Network for pictures of one size and one number of classes.
///
/// Its tensors are named as PyTorch counts the modules of one
/// `nn.Sequential` called `net`: blocks, pools, dropouts and so on at its top,
/// and within a block the convolutions, norms and ReLUs.
#[derive(Clone, Debug)]
pub struct Network {
    config: ModelConfig,
    plan: Plan,
    /// The block of each layer that belongs to one.
    blocks: Vec<Option<usize>>,
    /// The convolution that each layer is or belongs to.
    convs: Vec<Option<ConvConfig>>,
}

impl Network {
    /// Plans the network for pictures of `height` × `width` pixels.
    ///
    /// # Errors
    ///
    /// A value that makes no network, by its key; pictures too small for a
    /// layer, by its name; parameters or maps of more numbers than could be held.
    pub fn new(
        config: &ModelConfig,
        [height, width]: [usize; 2],
        classes: usize,
    ) -> Result<Self, ModelError> {
        check_settings(config, classes)?;
        let Chain { layers, blocks, convs } = Chain::new(config, classes)?;
        let plan = Plan::new([config.in_channels, height, width], layers)?;
        check_sizes(&plan)?;
        Ok(Self { config: config.clone(), plan, blocks, convs })
    }

    /// The configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The layers with their names and shapes.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The mlpconv block of layer `index` of the plan, counted from 0.
    pub(crate) fn block(&self, index: usize) -> Option<usize> {
        self.blocks[index]
    }

    /// The weights that training starts from.
    ///
    /// # Errors
    ///
    /// Of candle, when a tensor is made.
    pub fn initial_weights(&self, seed: u64) -> Result<StateDict, ModelError> {
        let init_of = |name: &str| match self.config.init {
            _ if is_bias(name) && self.config.bias_init == BiasInitKind::PytorchDefault => {
                Init::PytorchDefault
            }
            InitKind::KaimingNormalFanOut => Init::KaimingNormalFanOut,
            InitKind::XavierUniform => Init::XavierUniform,
            InitKind::PytorchDefault => Init::PytorchDefault,
            InitKind::Normal => {
                let own = self.conv(name).and_then(|conv| conv.init_std);
                Init::Normal { std: own.unwrap_or(self.config.init_std) }
            }
        };
        Ok(init::state_dict(self.plan.parameters(), init_of, seed)?)
    }

    /// The factors that its layer puts on learning rate and weight decay of a
    /// tensor, by its full name.
    pub fn update_scale(&self, name: &str) -> UpdateScale {
        match self.conv(name) {
            Some(conv) if is_bias(name) => UpdateScale {
                lr: conv.bias_lr_multiplier,
                weight_decay: conv.bias_decay_multiplier,
            },
            Some(conv) => {
                UpdateScale { lr: conv.lr_multiplier, weight_decay: conv.decay_multiplier }
            }
            None => UpdateScale::default(),
        }
    }

    /// Whether a tensor is the weight of a convolution, by its full name.
    pub fn is_conv_weight(&self, name: &str) -> bool {
        self.plan
            .parameters()
            .any(|(full_name, spec)| full_name == name && spec.role == ParameterRole::Weight)
    }

    fn conv(&self, tensor: &str) -> Option<&ConvConfig> {
        let (layer, _) = tensor.rsplit_once('.')?;
        let index = self.plan.layers().iter().position(|named| named.name == layer)?;
        self.convs[index].as_ref()
    }

    /// The network as a candle module that takes its weights from `vb`; `seed`
    /// is for dropout.
    ///
    /// # Errors
    ///
    /// A tensor that `vb` does not have, or of another shape.
    pub fn module(&self, vb: &VarBuilder<'_>, seed: u64) -> Result<Sequential, ModelError> {
        Ok(Sequential::new(&self.plan, vb, seed)?)
    }
}

fn is_bias(tensor: &str) -> bool {
    tensor.ends_with(".bias")
}
