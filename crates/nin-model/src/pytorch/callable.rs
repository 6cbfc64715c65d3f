//! The classes and functions that a checkpoint may name. None is ever called.

use candle_core::DType;

use super::SAVE_WEIGHTS;
use super::printable::printable;
use super::value::{Heap, Tuple, Value};

/// A name on the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Callable {
    /// `collections.OrderedDict`
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`
    Tensor,
    /// `torch._utils._rebuild_parameter`, also with attributes of its own.
    Parameter,
    /// `torch._tensor._rebuild_from_type_v2`: a tensor with attributes of its own.
    TensorSubclass,
    /// The class of a storage.
    Storage(&'static StorageType),
    /// What makes something that weights do not need.
    Other(&'static str),
}

/// A type of storage.
#[derive(Debug, PartialEq)]
pub(super) struct StorageType {
    /// Its name in `torch`.
    pub(super) name: &'static str,
    /// Its numbers, if they can be weights.
    pub(super) dtype: Option<DType>,
}

const fn storage(name: &'static str, dtype: Option<DType>) -> StorageType {
    StorageType { name, dtype }
}

static STORAGES: [StorageType; 18] = [
    storage("torch.FloatStorage", Some(DType::F32)),
    storage("torch.DoubleStorage", Some(DType::F64)),
    storage("torch.HalfStorage", Some(DType::F16)),
    storage("torch.BFloat16Storage", Some(DType::BF16)),
    storage("torch.LongStorage", None),
    storage("torch.IntStorage", None),
    storage("torch.ShortStorage", None),
    storage("torch.CharStorage", None),
    storage("torch.ByteStorage", None),
    storage("torch.BoolStorage", None),
    storage("torch.ComplexFloatStorage", None),
    storage("torch.ComplexDoubleStorage", None),
    storage("torch.QInt8Storage", None),
    storage("torch.QUInt8Storage", None),
    storage("torch.QInt32Storage", None),
    storage("torch.QUInt4x2Storage", None),
    storage("torch.QUInt2x4Storage", None),
    storage("torch.storage.UntypedStorage", None),
];

/// What else stands in checkpoints beside the weights: sizes, devices, types,
/// sets, results of NumPy, tensors that are no weights.
const OTHERS: [&str; 40] = [
    "torch.Size",
    "torch.device",
    "torch.Tensor",
    "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer",
    "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_meta_tensor_no_storage",
    "torch.float16",
    "torch.bfloat16",
    "torch.float32",
    "torch.float64",
    "torch.complex64",
    "torch.complex128",
    "torch.int8",
    "torch.int16",
    "torch.int32",
    "torch.int64",
    "torch.uint8",
    "torch.uint16",
    "torch.uint32",
    "torch.uint64",
    "torch.bool",
    "torch.float8_e4m3fn",
    "torch.float8_e5m2",
    "collections.defaultdict",
    "__builtin__.dict",
    "builtins.dict",
    "__builtin__.list",
    "builtins.list",
    "__builtin__.set",
    "builtins.set",
    "__builtin__.complex",
    "builtins.complex",
    "_codecs.encode",
    "numpy.dtype",
    "numpy.ndarray",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
];

impl Callable {
    /// What a file names.
    pub(super) fn find(module: &str, name: &str) -> Result<Self, String> {
        let path = format!("{module}.{name}");
        match path.as_str() {
            "collections.OrderedDict" => return Ok(Self::OrderedDict),
            "torch._utils._rebuild_tensor_v2" => return Ok(Self::Tensor),
            "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state" => {
                return Ok(Self::Parameter);
            }
            "torch._tensor._rebuild_from_type_v2" => return Ok(Self::TensorSubclass),
            _ => {}
        }
        if let Some(storage) = STORAGES.iter().find(|storage| storage.name == path) {
            return Ok(Self::Storage(storage));
        }
        if let Some(other) = OTHERS.iter().find(|other| **other == path) {
            return Ok(Self::Other(other));
        }
        let shown = printable(&path);
        if module == "__main__" || module.starts_with("torch.nn.") {
            return Err(format!("a whole model, of the class {shown}: {SAVE_WEIGHTS}"));
        }
        Err(format!(
            "the file wants to call {shown}, which a checkpoint has no need of; if that is a model, \
             {SAVE_WEIGHTS}"
        ))
    }

    /// What Python would make of the arguments, as far as weights need it.
    pub(super) fn call<'a>(
        self,
        arguments: Tuple,
        heap: &mut Heap<'a>,
    ) -> Result<Value<'a>, String> {
        match (self, heap.items(arguments)) {
            (Self::OrderedDict, []) => Ok(heap.new_dict()),
            (Self::OrderedDict, _) => Err("an OrderedDict with arguments".to_owned()),
            (Self::Tensor, _) => Ok(Value::Tensor(arguments)),
            (Self::Parameter, &[value @ (Value::Tensor(_) | Value::Other(_)), ..]) => Ok(value),
            (Self::Parameter, _) => Err("a parameter that is no tensor".to_owned()),
            (
                Self::TensorSubclass,
                &[Value::Callable(Self::Tensor), _, Value::Tuple(arguments), ..],
            ) => Ok(Value::Tensor(arguments)),
            (Self::TensorSubclass, _) => Ok(Value::Other("torch._tensor._rebuild_from_type_v2")),
            (Self::Storage(storage), _) => Err(format!("a call of {}", storage.name)),
            (Self::Other(name), _) => Ok(Value::Other(name)),
        }
    }
}
