//! A problem in files, for programs in other languages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use nin_layers::StateDict;
use nin_model::checkpoint;

use super::case::Problem;
use super::description::Description;
use crate::peer::from_channels_last;

/// Writes into `folder` what the problem is:
///
/// * `case.json`, a [`Description`];
/// * `weights.safetensors`, with PyTorch's names and order;
/// * `batch.safetensors`: `images` N, C, H, W, and `labels` N as f32.
///
/// # Errors
///
/// A file that cannot be written.
pub fn write(problem: &Problem, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    file("case.json", serde_json::to_vec_pretty(&Description::new(problem))?)?;
    file("weights.safetensors", checkpoint::to_bytes(&problem.weights, &())?)?;
    file("batch.safetensors", checkpoint::to_bytes(&batch(problem)?, &())?)
}

fn batch(problem: &Problem) -> Result<StateDict> {
    let [channels, height, width] = problem.network.plan().input();
    let sizes = [problem.labels.len(), height, width, channels];
    let labels = Tensor::new(problem.labels.as_slice(), &Device::Cpu)?;
    Ok(StateDict::from([
        ("images".to_owned(), from_channels_last(&problem.images, sizes)?),
        ("labels".to_owned(), labels.to_dtype(DType::F32)?),
    ]))
}
