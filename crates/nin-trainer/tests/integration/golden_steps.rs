//! Ten steps of training against PyTorch's, from weights and batches that a
//! formula gives on both sides (`golden/steps.py`).

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use nin_layers::engine::{self, Batch, Engine, TrainStep};
use nin_layers::{ConvSettings, ParameterRole, StateDict};
use nin_model::config::{BlockConfig, Channels};
use nin_model::{ModelConfig, Network};
use nin_trainer::{ConfigSource, OptimizerConfig};
use safetensors::SafeTensors;
use serde_json::{Value, json};

/// Allowed for a loss, as a share of it.
const LOSS: f64 = 1e-5;
/// Allowed for a weight, as a share of its tensor's largest.
const WEIGHT: f64 = 1e-4;
/// Allowed for a weight, as a share of its tensor's largest movement, besides
/// ten roundings of f32 to the tensor's largest value: most weights hardly move in
/// ten steps, so that unmoved ones would pass by the rule above.
const MOVEMENT: f64 = 1e-3;
const ROUNDINGS: f64 = 10.0 * f32::EPSILON as f64;
/// Numbers of a tensor that the files hold at most.
const SAMPLE: usize = 64;

#[test]
fn the_originals_network_trains_as_in_pytorch() {
    let case = Case::read("original");
    assert_eq!(case.model().blocks, blocks(preset("original-224.toml").model));
    case.check();
}

#[test]
fn the_papers_network_for_mnist_trains_as_in_pytorch() {
    let case = Case::read("paper_mnist");
    let config = preset("paper-mnist.toml");
    assert_eq!(case.model().blocks, blocks(config.model));
    let OptimizerConfig { lr, batch_size, .. } = case.optimizer();
    assert_eq!(case.optimizer(), OptimizerConfig { lr, batch_size, ..config.optimizer });
    case.check();
}

#[test]
fn local_response_norm_trains_as_in_pytorch() {
    Case::read("lrn").check();
}

#[test]
fn average_pooling_in_ceil_mode_trains_as_in_pytorch() {
    Case::read("average_ceil").check();
}

#[test]
fn batch_norm_trains_as_in_pytorch() {
    Case::read("batch_norm").check();
}

fn preset(name: &str) -> nin_trainer::Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs").join(name);
    ConfigSource::read(&path).and_then(|source| source.resolve()).unwrap()
}

/// The blocks for ten classes, without dropout.
fn blocks(model: ModelConfig) -> Vec<BlockConfig> {
    let mut blocks = model.blocks;
    for block in &mut blocks {
        block.dropout = None;
        for conv in &mut block.layers {
            conv.channels = Channels::Count(conv.channels.count(10));
        }
    }
    blocks
}

/// A file of `golden/steps`.
struct Case {
    name: String,
    description: Value,
    tensors: StateDict,
}

impl Case {
    fn read(name: &str) -> Self {
        let path = format!("{}/../../golden/steps/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let description =
            serde_json::from_str(&header.metadata().as_ref().unwrap()["case"]).unwrap();
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
        Self { name: name.to_owned(), description, tensors: tensors.into_iter().collect() }
    }

    /// The network in the words of a configuration, without dropout.
    fn model(&self) -> ModelConfig {
        let mut blocks = self.description["blocks"].clone();
        let norm = blocks[0]["norm"].clone();
        for block in blocks.as_array_mut().unwrap() {
            block.as_object_mut().unwrap().remove("norm");
            block["dropout"] = Value::Null;
        }
        let in_channels = &self.description["input"][0];
        let config = json!({ "in_channels": in_channels, "norm": norm, "blocks": blocks });
        serde_json::from_value(config).unwrap()
    }

    fn optimizer(&self) -> OptimizerConfig {
        let mut optimizer = self.description["optimizer"].clone();
        optimizer["batch_size"] = self.description["batch_size"].clone();
        serde_json::from_value(optimizer).unwrap()
    }

    /// As [`model`](Self::model), with the dropout layers that count in the
    /// tensors' names.
    fn network(&self) -> Network {
        let mut model = self.model();
        for (block, described) in
            model.blocks.iter_mut().zip(self.description["blocks"].as_array().unwrap())
        {
            block.dropout = described["dropout"].as_bool().unwrap().then_some(0.0);
        }
        let size = |index: usize| self.description["input"][index].as_u64().unwrap() as usize;
        Network::new(&model, [size(1), size(2)], 10).unwrap()
    }

    /// On every device that there is; a card's own is played on the CPU too.
    fn check(&self) {
        self.check_on(&engine::Device::Cpu);
        #[cfg(target_os = "linux")]
        self.check_on(&engine::Device::Emulated(nin_kernels_cuda::Turn::Rising));
        #[cfg(feature = "cuda")]
        match engine::Device::cuda(0) {
            Ok(card) => self.check_on(&card),
            Err(error) if std::env::var_os("NIN_NEEDS_CARD").is_some() => panic!("{error}"),
            Err(error) => eprintln!("nothing was run on a card: {error}"),
        }
    }

    fn check_on(&self, device: &engine::Device) {
        let network = self.network();
        let start = start(&network);
        for (name, tensor) in &start {
            let wanted = numbers(&self.tensors[&format!("start.{name}")]);
            assert_eq!(sample(tensor), wanted, "{}: the formula for {name}", self.name);
        }
        let optimizer = self.optimizer();
        let scale = |name: &str| optimizer.update_scale(&network, name);
        let plan = network.plan().clone();
        let mut engine =
            engine::create(device, plan, ConvSettings::default(), &start, scale).unwrap();
        let loss = self.check_losses(&train(&mut *engine, &optimizer));
        let end = engine.weights().unwrap();
        assert_eq!(self.tensors.len(), 1 + 2 * end.len(), "{}: tensors left over", self.name);
        let weights = end
            .iter()
            .map(|(name, tensor)| self.check_weight(name, &sample(&start[name]), &sample(tensor)));
        let weights = weights.fold(0.0, f64::max);
        println!("{} on {device}: losses {loss:.1e}, weights {weights:.1e}", self.name);
    }

    /// The worst relative error.
    fn check_losses(&self, losses: &[f64]) -> f64 {
        let wanted = numbers(&self.tensors["losses"]);
        assert_eq!(losses.len(), wanted.len());
        let mut worst = 0.0_f64;
        for (step, (loss, wanted)) in losses.iter().zip(wanted).enumerate() {
            let error = (loss - wanted).abs() / wanted;
            assert!(error <= LOSS, "{}: loss {loss} of step {step}, wanted {wanted}", self.name);
            worst = worst.max(error);
        }
        worst
    }

    /// The worst error, as a share of the tensor's largest number.
    fn check_weight(&self, name: &str, start: &[f64], end: &[f64]) -> f64 {
        let wanted = numbers(&self.tensors[&format!("end.{name}")]);
        assert_eq!(end.len(), wanted.len());
        let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let value = largest(&mut wanted.iter().map(|value| value.abs()));
        let movement = largest(&mut wanted.iter().zip(start).map(|(a, b)| (a - b).abs()));
        let error = largest(&mut wanted.iter().zip(end).map(|(a, b)| (a - b).abs()));
        assert!(error <= WEIGHT * value, "{}: {name} is off by {error:e} of {value}", self.name);
        assert!(
            error <= MOVEMENT * movement + ROUNDINGS * value,
            "{}: {name} is off by {error:e}, it moved by {movement:e}",
            self.name
        );
        error / value
    }
}

/// The ten losses.
fn train(engine: &mut dyn Engine, optimizer: &OptimizerConfig) -> Vec<f64> {
    let step = TrainStep { sgd: optimizer.sgd(), ..TrainStep::default() };
    let input = engine.plan().input();
    (0..10)
        .map(|number| {
            let (images, labels) = batch(number, optimizer.batch_size, input);
            let batch = Batch::prepared(&images, &labels);
            let result = engine.train_step(batch, &step).unwrap();
            result.loss_sum / result.samples as f64
        })
        .collect()
}

/// `count` numbers in [-1, 1) for the tensor `name`: a hash of name and
/// place.
fn formula(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let seed =
        name.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    (0..count).map(move |place| {
        let mut x = (place as u32).wrapping_mul(2_654_435_761).wrapping_add(seed);
        for _ in 0..2 {
            x ^= x >> 16;
            x = x.wrapping_mul(0x045D_9F3B);
        }
        x ^= x >> 16;
        f64::from(x) / f64::from(1_u32 << 31) - 1.0
    })
}

fn scaled(name: &str, count: usize, factor: f64, offset: f64) -> Vec<f32> {
    formula(name, count).map(|value| (value * factor + offset) as f32).collect()
}

/// The weights that the formula gives.
fn start(network: &Network) -> StateDict {
    let parameters = network.plan().parameters().map(|(name, spec)| {
        let fan_in = 1.0 / spec.shape[1..].iter().product::<usize>() as f64;
        let (factor, offset) = match spec.role {
            ParameterRole::Weight => ((0.75 * fan_in).sqrt(), fan_in),
            ParameterRole::Scale => (0.25, 1.0),
            ParameterRole::Bias => (0.1, 0.1),
            ParameterRole::RunningMean => (0.0, 0.0),
            ParameterRole::RunningVar => (0.0, 1.0),
        };
        let values = scaled(&name, spec.len(), factor, offset);
        let tensor = Tensor::from_vec(values, &*spec.shape, &Device::Cpu).unwrap();
        (name, tensor)
    });
    parameters.collect()
}

/// Stripes that depend on the class, under noise: N, H, W, C, and labels.
fn batch(step: usize, size: usize, [channels, height, width]: [usize; 3]) -> (Vec<f32>, Vec<u32>) {
    let labels: Vec<usize> = (0..size).map(|picture| (7 * step + 3 * picture) % 10).collect();
    let noise = scaled(&format!("images.{step}"), size * channels * height * width, 0.5, 0.0);
    let mut images = Vec::with_capacity(noise.len());
    for (picture, label) in labels.iter().enumerate() {
        for row in 0..height {
            for column in 0..width {
                let slope = row * (label % 3 + 1) + column * (label / 3 + 1);
                let stripe = (slope / (label + 2) % 2) as f32 - 0.5;
                images.extend((0..channels).map(|channel| {
                    let plane = picture * channels + channel;
                    noise[(plane * height + row) * width + column] + stripe
                }));
            }
        }
    }
    (images, labels.into_iter().map(|label| label as u32).collect())
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

/// Every n-th number, as the files have them.
fn sample(tensor: &Tensor) -> Vec<f64> {
    let numbers = numbers(tensor);
    let every = numbers.len().div_ceil(SAMPLE);
    numbers.into_iter().step_by(every).collect()
}
