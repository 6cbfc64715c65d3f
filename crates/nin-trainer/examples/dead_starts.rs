//! How many classes are dead before the first step, for each kind of initial
//! weights and ten seeds.
//!
//! `cargo run --release -p nin-trainer --example dead_starts -- configs/mnist-224.toml [FOLDER]`
//! where FOLDER is where the data lie.

use std::error::Error;
use std::path::PathBuf;

use nin_dataset::{Loader, Preparation, load};
use nin_layers::ConvSettings;
use nin_layers::engine::{self, Batch, Device, UpdateScale, Weights};
use nin_model::config::InitKind;
use nin_model::{ModelConfig, Network};
use nin_trainer::ConfigSource;

const PICTURES: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let file = arguments.next().ok_or("want a configuration file")?;
    let mut config = ConfigSource::read(&file)?.resolve()?;
    config.data.dataset_path = arguments.next().or(config.data.dataset_path);

    let data = load(&config.data)?;
    let split = config.data.split(&data.train.labels, config.run.seed)?;
    let preparation = Preparation::resolve(&config.data, &data.train.images, &split.train)?;
    let size = [config.data.image_size; 2];
    let loader = Loader::new(data.train, preparation, PICTURES)?;
    let batch = loader.batches(split.train[..PICTURES].to_vec())?.next().ok_or("no batch")??;

    println!("classes with a score of 0 for {PICTURES} of {PICTURES} pictures, seeds 1 to 10");
    for init in [InitKind::PytorchDefault, InitKind::XavierUniform, InitKind::KaimingNormalFanOut] {
        let model = ModelConfig { init, ..config.model.clone() };
        let network = Network::new(&model, size, config.data.num_classes)?;
        let dead = (1..=10).map(|seed| -> Result<usize, Box<dyn Error>> {
            let weights = network.initial_weights(seed)?;
            let plan = network.plan().clone();
            let mut engine =
                engine::create(&Device::Cpu, plan, ConvSettings::default(), &weights, |_| {
                    UpdateScale::default()
                })?;
            engine.evaluate(Batch::prepared(&batch.images, &batch.labels), Weights::Current)?;
            let classes = config.data.num_classes;
            let is_dead = |class: &usize| {
                engine.logits().iter().skip(*class).step_by(classes).all(|&score| score == 0.0)
            };
            Ok((0..classes).filter(is_dead).count())
        });
        println!("{init:?}: {:?}", dead.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(())
}
