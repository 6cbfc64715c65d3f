//! Checkpoints: safetensors with PyTorch's tensor names, order and shapes, and
//! what is needed to use the weights in the metadata. Weights that other
//! programs saved are read too.

mod names;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use nin_layers::StateDict;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::file_kind::FileKind;
use crate::{ModelConfig, ModelError, pytorch};

/// What the weights are for. With this no flag is needed to test a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The network.
    pub model: ModelConfig,
    /// H, W of the pictures in pixels.
    pub image_size: [usize; 2],
    /// A name for each class.
    pub class_names: Vec<String>,
    /// Subtracted from each channel of pixels in \[0, 1\].
    pub mean: Vec<f32>,
    /// Divides each channel after that.
    pub std: Vec<f32>,
    /// Contrast normalisation ahead of that, in the word of a configuration.
    #[serde(default = "none")]
    pub contrast: String,
    /// Whitening after the contrast normalisation, fitted to the data set, in the
    /// word of a configuration.
    #[serde(default = "none")]
    pub whitening: String,
    /// Whether pictures of the data set's files are transposed as they are read.
    #[serde(default)]
    pub transpose: bool,
    /// Whether a picture's class scores are the mean of its own and its mirror
    /// image's.
    #[serde(default)]
    pub average_flips: bool,
    /// The data set trained on.
    pub dataset: String,
    /// The epoch after which the weights were saved, from 1; 0 before training.
    pub epoch: u32,
    /// The run's seed.
    pub seed: u64,
    /// Name and version of the program that wrote the file.
    pub producer: String,
}

fn none() -> String {
    "none".to_owned()
}

/// The one key of the metadata: safetensors gives several keys in no fixed
/// order, and equal checkpoints must be equal files.
const METADATA_KEY: &str = "nin";

/// Tensors as a safetensors file with `info` as JSON in its metadata.
///
/// The same tensors and `info` give the same bytes, if `info` holds no
/// `HashMap`. JSON has no infinity and no NaN: they become `null`, which is read
/// back as `None` or not at all.
///
/// # Errors
///
/// A tensor that is not f32, by name; an `info` that is no JSON.
pub fn to_bytes(tensors: &StateDict, info: &impl Serialize) -> Result<Vec<u8>, ModelError> {
    let bytes = tensors
        .iter()
        .map(|(name, tensor)| {
            if tensor.dtype() != DType::F32 {
                let dtype = tensor.dtype();
                return Err(problem(format!("tensor {name} is {dtype:?}, want F32")));
            }
            let values = tensor.flatten_all()?.to_vec1::<f32>()?;
            Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
        })
        .collect::<Result<Vec<_>, ModelError>>()?;
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, tensor), bytes)| {
            Ok((name, TensorView::new(Dtype::F32, tensor.dims().to_vec(), bytes)?))
        })
        .collect::<Result<Vec<_>, SafeTensorError>>()
        .map_err(problem)?;
    let json = serde_json::to_string(info).map_err(problem)?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
    safetensors::serialize(views, Some(metadata)).map_err(problem)
}

/// Reads what [`to_bytes`] has written; f16, bf16 and f64 become f32.
///
/// # Errors
///
/// Bytes that are no safetensors file, one without this program's metadata, or
/// a tensor of another type.
pub fn from_bytes<I: DeserializeOwned>(bytes: &[u8]) -> Result<(StateDict, I), ModelError> {
    let (file, metadata) = parse(bytes)?;
    let info = info(metadata.as_ref())?.ok_or_else(|| {
        ModelError::checkpoint(format!(
            "a safetensors file without the metadata \"{METADATA_KEY}\": it was not written by \
             this program"
        ))
    })?;
    Ok((tensors(file.iter())?, info))
}

/// Reads weights that any program has written: a safetensors file, with what
/// they are for if [`to_bytes`] has put it there, or a file of `torch.save`, see
/// [`pytorch::read_state_dict`]. Which it is, the first bytes tell.
///
/// f16, bf16 and f64 become f32. The counters `num_batches_tracked` of batch
/// norm are left out. Weights of one `nn.Sequential` that another program called
/// otherwise come under this crate's name for it, `net`.
///
/// # Errors
///
/// Bytes that are neither, a tensor of another type, metadata of this program
/// that say something else.
pub fn read_weights(bytes: &[u8]) -> Result<(StateDict, Option<ModelInfo>), ModelError> {
    if matches!(FileKind::of(bytes), FileKind::Zip | FileKind::OldPyTorch) {
        return Ok((names::in_our_sequential(pytorch::read_state_dict(bytes)?), None));
    }
    let (file, metadata) = parse(bytes)?;
    let info = info(metadata.as_ref())?;
    let tensors = tensors(file.iter().filter(|(name, _)| !pytorch::is_batch_counter(name)))?;
    Ok((if info.is_some() { tensors } else { names::in_our_sequential(tensors) }, info))
}

type Metadata = Option<HashMap<String, String>>;

/// The most bytes of a header, those of some 35,000 tensors. While it is read, a byte
/// may take ten in memory.
const LARGEST_HEADER_BYTES: u64 = 4 << 20;

fn parse(bytes: &[u8]) -> Result<(SafeTensors<'_>, Metadata), ModelError> {
    if bytes.first_chunk().is_some_and(|&len| u64::from_le_bytes(len) > LARGEST_HEADER_BYTES) {
        return Err(no_safetensors(bytes, &SafeTensorError::HeaderTooLarge));
    }
    let (_, header) =
        SafeTensors::read_metadata(bytes).map_err(|error| no_safetensors(bytes, &error))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| no_safetensors(bytes, &error))?;
    Ok((file, header.metadata().clone()))
}

fn info<I: DeserializeOwned>(
    metadata: Option<&HashMap<String, String>>,
) -> Result<Option<I>, ModelError> {
    metadata
        .and_then(|metadata| metadata.get(METADATA_KEY))
        .map(|json| serde_json::from_str(json))
        .transpose()
        .map_err(|error| ModelError::checkpoint(format!("metadata \"{METADATA_KEY}\": {error}")))
}

fn tensors<'a>(
    views: impl Iterator<Item = (&'a str, TensorView<'a>)>,
) -> Result<StateDict, ModelError> {
    let tensor = |(name, view): (&str, TensorView<'_>)| {
        let dtype = match view.dtype() {
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::F64 => DType::F64,
            other => {
                return Err(ModelError::checkpoint(format!(
                    "tensor {name} is {other:?}, want F32, F16, BF16 or F64"
                )));
            }
        };
        // Strides are products of sizes; a size of 0 must not hide others without one.
        let sizes = view.shape();
        if sizes.iter().try_fold(1_usize, |len, &size| len.checked_mul(size.max(1))).is_none() {
            let text = format!("tensor {name} has the sizes {sizes:?}, whose product is too large");
            return Err(ModelError::checkpoint(text));
        }
        let tensor = Tensor::from_raw_buffer(view.data(), dtype, sizes, &Device::Cpu)?;
        Ok((name.to_owned(), tensor.to_dtype(DType::F32)?))
    };
    views.map(tensor).collect()
}

fn problem(error: impl std::fmt::Display) -> ModelError {
    ModelError::checkpoint(error.to_string())
}

fn no_safetensors(bytes: &[u8], error: &SafeTensorError) -> ModelError {
    use SafeTensorError::{HeaderTooSmall, InvalidHeaderLength, MetadataIncompleteBuffer};
    let meaning = match (FileKind::of(bytes), error) {
        (FileKind::Zip | FileKind::OldPyTorch, _) => {
            "looks like a PyTorch file, not a safetensors file"
        }
        (FileKind::WebPage, _) => "looks like a web page, not a safetensors file",
        (_, HeaderTooSmall | InvalidHeaderLength) => "truncated or incomplete safetensors file",
        (_, MetadataIncompleteBuffer) => {
            "safetensors file that is truncated or incomplete, or has bytes after its end"
        }
        _ => "not a safetensors file",
    };
    ModelError::checkpoint(format!("{meaning}: {error}"))
}
