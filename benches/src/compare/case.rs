//! The networks that are compared, with weights and a batch for them.

use anyhow::{Context, Result, ensure};
use nin_layers::{SgdParams, StateDict};
use nin_model::config::{BiasInitKind, InitKind};
use nin_model::{ModelConfig, Network};
use serde::Deserialize;

use crate::numbers;

/// Seed of the weights.
const SEED: u64 = 42;

/// Learning rate of the steps that are timed: so small that the last step does
/// the same work as the first.
const LR: f64 = 1e-6;

/// A network and the batch that it is timed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Case {
    /// The original program's network at 224 px.
    #[value(name = "original-224")]
    Original,
    /// The paper's network for CIFAR-10 on one channel of 28 px.
    #[value(name = "paper-cifar10-28")]
    PaperCifar10,
    /// The paper's network for MNIST.
    #[value(name = "paper-mnist-28")]
    PaperMnist,
}

/// What a case is made from.
struct Source {
    name: &'static str,
    /// The text of a file of `configs`.
    config: &'static str,
    size_px: usize,
    /// The published number, by which the network is known to be the right one.
    parameters: usize,
}

/// Everything that a contestant works on.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The case's name.
    pub name: &'static str,
    /// The network, for one input channel.
    pub network: Network,
    /// Its weights, with biases that are not 0.
    pub weights: StateDict,
    /// N, H, W, C in [−1, 1).
    pub images: Vec<f32>,
    /// N class numbers.
    pub labels: Vec<u32>,
    /// The configuration's momentum and weight decay, the latter on every
    /// parameter, and a rate at which the weights hardly move.
    pub sgd: SgdParams,
}

/// The part of a configuration that matters here.
#[derive(Deserialize)]
struct Config {
    data: DataConfig,
    model: ModelConfig,
    optimizer: OptimizerConfig,
}

#[derive(Deserialize)]
struct DataConfig {
    num_classes: usize,
}

#[derive(Deserialize)]
struct OptimizerConfig {
    batch_size: usize,
    momentum: f64,
    weight_decay: f64,
}

impl Case {
    fn source(self) -> Source {
        match self {
            Self::Original => Source {
                name: "original-224",
                config: include_str!("../../../configs/original-224.toml"),
                size_px: 224,
                parameters: 1_992_166,
            },
            Self::PaperCifar10 => Source {
                name: "paper-cifar10-28",
                config: include_str!("../../../configs/paper-cifar10.toml"),
                size_px: 28,
                parameters: 957_386,
            },
            Self::PaperMnist => Source {
                name: "paper-mnist-28",
                config: include_str!("../../../configs/paper-mnist.toml"),
                size_px: 28,
                parameters: 349_674,
            },
        }
    }

    /// The network, weights and batch, the same in every process; the batch is of
    /// as many pictures as the configuration says, or as asked for.
    ///
    /// # Errors
    ///
    /// A configuration that gives another network than the published one.
    pub fn problem(self, batch_size: Option<usize>) -> Result<Problem> {
        let Source { name, config, size_px, parameters } = self.source();
        let Config { data, mut model, optimizer } = toml::from_str(config).context(name)?;
        model.in_channels = 1;
        // The paper's own start makes the scores too small to compare, and
        // biases of 0 would hide one that is forgotten.
        model.init = InitKind::KaimingNormalFanOut;
        model.bias_init = BiasInitKind::PytorchDefault;
        let network = Network::new(&model, [size_px, size_px], data.num_classes)?;
        let weights = network.initial_weights(SEED)?;
        let got: usize = weights.values().map(|tensor| tensor.elem_count()).sum();
        ensure!(got == parameters, "{name}: {got} parameters, want {parameters}");
        let batch_size = batch_size.unwrap_or(optimizer.batch_size);
        let labels = 0..batch_size;
        Ok(Problem {
            name,
            images: numbers::random(batch_size * size_px * size_px, SEED),
            labels: labels.map(|index| (index % data.num_classes) as u32).collect(),
            sgd: SgdParams {
                lr: LR,
                momentum: optimizer.momentum,
                weight_decay: optimizer.weight_decay,
                ..SgdParams::default()
            },
            network,
            weights,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn the_networks_are_the_published_ones() {
        let sizes: Vec<_> = Case::value_variants()
            .iter()
            .map(|case| {
                let problem = case.problem(None).unwrap();
                (problem.name, problem.labels.len(), problem.network.plan().input())
            })
            .collect();
        let wanted = [
            ("original-224", 32, [1, 224, 224]),
            ("paper-cifar10-28", 128, [1, 28, 28]),
            ("paper-mnist-28", 128, [1, 28, 28]),
        ];
        assert_eq!(sizes, wanted);
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for case in Case::value_variants() {
            let value = case.to_possible_value().unwrap();
            assert_eq!(value.get_name(), case.source().name);
        }
    }
}
