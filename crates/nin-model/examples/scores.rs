//! The class scores that a checkpoint gives for two pictures of noise, in a file
//! that another program can compare its own with.
//!
//! `cargo run --release -p nin-model --example scores -- best.safetensors scores.safetensors`

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use candle_nn::{ModuleT, VarBuilder};
use nin_model::{Network, checkpoint};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [checkpoint, scores] = &*paths else {
        return Err("want two arguments: a checkpoint, and where to write the scores".into());
    };
    let (weights, info) = checkpoint::read_weights(&std::fs::read(checkpoint)?)?;
    let info = info.ok_or("the checkpoint does not say what its weights are for")?;
    let network = Network::new(&info.model, info.image_size, info.class_names.len())?;
    let vb = VarBuilder::from_tensors(weights.into_iter().collect(), DType::F32, &Device::Cpu);
    let module = network.module(&vb, 0)?;

    let [channels, height, width] = network.plan().input();
    let pixels = 2 * channels * height * width;
    // Fractions of multiples of the golden ratio lie evenly in [0, 1).
    let noise =
        (0..pixels).map(|i| (2.0 * (i as f64 * 0.618_033_988_749_895).fract() - 1.0) as f32);
    let input = Tensor::from_iter(noise, &Device::Cpu)?.reshape((2, channels, height, width))?;
    let output = module.forward_t(&input, false)?;
    println!("{output}");
    let tensors = HashMap::from([("input", input), ("scores", output)]);
    candle_core::safetensors::save(&tensors, scores)?;
    Ok(())
}
