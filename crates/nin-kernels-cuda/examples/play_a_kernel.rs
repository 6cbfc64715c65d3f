//! Runs kernels of a card on the CPU: a ReLU behind a bias, and dropout.
//!
//! `cargo run -p nin-kernels-cuda --features emulation --example play_a_kernel`

use nin_kernels::Activation;
use nin_kernels::dropout::{DropoutKey, DropoutProbability};
use nin_kernels_cuda::{Buffer, Emulated, bias_forward, dropout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With the feature `cuda`, `Cuda::new(0)?` is the first card, and all else is the same.
    let device = Emulated::default();
    let mut values = Buffer::from_slice(&device, &[-1.0_f32, 2.0, 3.0, -4.0])?;
    let bias = Buffer::from_slice(&device, &[0.5_f32, -0.5])?;
    bias_forward(&device, Activation::Relu, bias.view(2), values.view_mut(4))?;

    let mut dropped = Buffer::new();
    dropped.grow(&device, 4)?;
    let (half, key) = (DropoutProbability::new(0.5)?, DropoutKey { seed: 7, stream: 0 });
    dropout::apply(&device, half, key, values.view(4), dropped.view_mut(4))?;

    for (name, buffer) in [("after bias and ReLU", &values), ("after dropout", &dropped)] {
        let mut numbers = [0.0; 4];
        buffer.download(&device, &mut numbers)?;
        println!("{name}: {numbers:?}");
    }
    Ok(())
}
