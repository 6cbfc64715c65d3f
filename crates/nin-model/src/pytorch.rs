//! Weights in the files of `torch.save`, read without running what they hold.
//!
//! Such a file is a zip archive: `data.pkl`, a pickle with the structure, and
//! `data/0`, `data/1`, … with the numbers. A pickle is a program, and PyTorch's
//! may call any Python function. The machine here knows only the instructions
//! that `torch.save` writes and calls nothing: a function is a name on a short
//! list, and a name that is not on it is an error at once.

mod archive;
mod callable;
mod cursor;
mod dictionary;
mod machine;
mod opcode;
mod printable;
mod tensor;
#[cfg(test)]
mod tests;
mod value;
mod view;

use nin_layers::StateDict;

use crate::ModelError;
use crate::file_kind::FileKind;
use archive::Archive;
use tensor::TensorReader;

/// What to do about a file that holds something else than weights.
const SAVE_WEIGHTS: &str = "save its weights in PyTorch: torch.save(model.state_dict(), path)";

/// The tensors of a file written by `torch.save`, as f32 on the CPU.
///
/// The file holds `model.state_dict()`, or a dictionary that has it as
/// `model_state_dict`, `state_dict` or `model`. Names are those of the file.
/// Numbers may be f32, f16, bf16 or f64, tensors may be views and on any
/// device. The counters `num_batches_tracked` of batch norm are left out.
///
/// # Errors
///
/// A file of another kind, with what to do about it; one that is damaged; one
/// that wants to call a function; a tensor of another type or with numbers that
/// the file does not hold, by name.
///
/// # Cost
///
/// At most 16 bytes of tensors for a byte of the file, whatever it claims.
///
/// # Source
///
/// `torch/serialization.py` of PyTorch 2.15; files since 1.6.
pub fn read_state_dict(bytes: &[u8]) -> Result<StateDict, ModelError> {
    match FileKind::of(bytes) {
        FileKind::Zip => {}
        FileKind::OldPyTorch => {
            return Err(ModelError::checkpoint(format!(
                "a PyTorch file in the format before 1.6, which this program does not read: load \
                 it and {SAVE_WEIGHTS}"
            )));
        }
        FileKind::WebPage => {
            return Err(ModelError::checkpoint("looks like a web page, not a PyTorch file"));
        }
        FileKind::Safetensors => {
            return Err(ModelError::checkpoint(
                "looks like a safetensors file, not a PyTorch file",
            ));
        }
        FileKind::Other => {
            return Err(ModelError::checkpoint("not a PyTorch file: it is no zip archive"));
        }
    }
    let archive = Archive::open(bytes)?;
    let (root, heap) = machine::run(archive.pickle()?)?;
    let mut reader = TensorReader::new(&archive, &heap, bytes.len());
    dictionary::tensors(root, &heap)?
        .into_iter()
        .filter(|(name, _)| !is_batch_counter(name))
        .map(|(name, call)| Ok((name.to_owned(), reader.read(name, call)?)))
        .collect()
}

/// Whether this is batch norm's count of batches, which only an average over
/// all of them needs.
pub(crate) fn is_batch_counter(name: &str) -> bool {
    name.rsplit('.').next() == Some("num_batches_tracked")
}
