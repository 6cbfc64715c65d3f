//! Tensors from their storages.

use candle_core::{DType, Device, Tensor};

use super::archive::Archive;
use super::callable::Callable;
use super::printable::printable;
use super::value::{Heap, Tuple, Value};
use super::view::View;
use crate::ModelError;

/// Numbers for each byte of the file that the tensors may have together. Views
/// of one storage may give more than it holds, and a small file should not
/// become a large one.
const NUMBERS_PER_BYTE: usize = 4;

/// Makes tensors of one file.
pub(super) struct TensorReader<'a> {
    archive: &'a Archive<'a>,
    heap: &'a Heap<'a>,
    numbers_left: usize,
}

impl<'a> TensorReader<'a> {
    pub(super) fn new(archive: &'a Archive<'a>, heap: &'a Heap<'a>, file_bytes: usize) -> Self {
        Self { archive, heap, numbers_left: file_bytes.saturating_mul(NUMBERS_PER_BYTE) }
    }

    /// The tensor that `_rebuild_tensor_v2` would make of these arguments.
    pub(super) fn read(&mut self, name: &str, arguments: Tuple) -> Result<Tensor, ModelError> {
        let named =
            |problem| ModelError::checkpoint(format!("tensor {} {problem}", printable(name)));
        let (storage, view) = self.decode(arguments).map_err(named)?;
        let (bytes, dtype) = self.storage(storage).map_err(named)?;
        let width = dtype.size_in_bytes();
        let len = view.check(bytes.len() / width).map_err(named)?;
        self.numbers_left = self.numbers_left.checked_sub(len).ok_or_else(|| {
            named("and those before it have more numbers than such a file can hold".to_owned())
        })?;
        let numbers = view.gather(bytes, width);
        let tensor = Tensor::from_raw_buffer(&numbers, dtype, view.sizes(), &Device::Cpu)?;
        Ok(tensor.to_dtype(DType::F32)?)
    }

    /// The arguments: storage, offset, sizes, strides, whether it has a
    /// gradient, hooks, and at times what else to know about the view.
    fn decode(&self, arguments: Tuple) -> Result<(Tuple, View), String> {
        match *self.heap.items(arguments) {
            [
                Value::Storage(storage),
                Value::Int(offset),
                Value::Tuple(sizes),
                Value::Tuple(strides),
                _,
                _,
                ref rest @ ..,
            ] => {
                if !matches!(rest, [] | [Value::None]) {
                    return Err("is negated or conjugated, save a copy: tensor.clone()".to_owned());
                }
                Ok((storage, View::new(offset, self.heap.items(sizes), self.heap.items(strides))?))
            }
            _ => Err("is not made of a storage, an offset, sizes and strides".to_owned()),
        }
    }

    /// The numbers of a storage, known by the word "storage", its type, its
    /// key, its device and its length.
    fn storage(&self, id: Tuple) -> Result<(&'a [u8], DType), String> {
        let &[
            Value::Text("storage"),
            Value::Callable(Callable::Storage(kind)),
            Value::Text(key),
            Value::Text(_),
            Value::Int(len),
        ] = self.heap.items(id)
        else {
            return Err("has no storage of a type, a key, a device and a length".to_owned());
        };
        let dtype = kind.dtype.ok_or_else(|| {
            format!("is in a {}, want Float, Double, Half or BFloat16Storage", kind.name)
        })?;
        let key = format!("data/{key}");
        let shown = printable(&key);
        let bytes = self
            .archive
            .entry(&key)
            .ok_or_else(|| format!("is in the entry {shown}, which the file does not have"))?;
        let wanted =
            usize::try_from(len).ok().and_then(|len| len.checked_mul(dtype.size_in_bytes()));
        if wanted != Some(bytes.len()) {
            let (found, name) = (bytes.len(), kind.name);
            return Err(format!(
                "is in the entry {shown} of {found} bytes, which is no {name} of {len} numbers"
            ));
        }
        Ok((bytes, dtype))
    }
}
