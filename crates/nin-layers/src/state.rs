//! A network's numbers by name.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};

use crate::{LayerError, ParameterSpec};

/// Tensors by name, in PyTorch's shapes and order, on the CPU.
pub type StateDict = BTreeMap<String, Tensor>;

/// Checks that `state` holds exactly the wanted tensors, all finite, and gives
/// their numbers in the kernels' order, in the order wanted.
///
/// Nothing is changed before everything has been checked.
pub(crate) fn to_kernel_order<'a>(
    state: &StateDict,
    wanted: impl Iterator<Item = (&'a str, &'a ParameterSpec)>,
) -> Result<Vec<Vec<f32>>, LayerError> {
    let mut found = Vec::new();
    let mut values = Vec::new();
    for (name, spec) in wanted {
        let tensor =
            state.get(name).ok_or_else(|| LayerError::MissingTensor { name: name.to_owned() })?;
        if tensor.dims() != spec.shape {
            return Err(LayerError::TensorShape {
                name: name.to_owned(),
                got: tensor.dims().to_vec(),
                wanted: spec.shape.clone(),
            });
        }
        let numbers = tensor
            .to_device(&Device::Cpu)?
            .to_dtype(candle_core::DType::F32)?
            .flatten_all()?
            .to_vec1::<f32>()?;
        if !numbers.iter().all(|value| value.is_finite()) {
            return Err(LayerError::NotFinite { what: format!("tensor {name}") });
        }
        values.push(spec.to_kernel_order(&numbers));
        found.push(name);
    }
    match state.keys().find(|name| !found.contains(&name.as_str())) {
        Some(name) => Err(LayerError::UnexpectedTensor { name: name.clone() }),
        None => Ok(values),
    }
}

/// A tensor in PyTorch's order.
pub(crate) fn to_tensor(values: &[f32], spec: &ParameterSpec) -> Result<Tensor, LayerError> {
    let values = spec.to_pytorch_order(values);
    Ok(Tensor::from_vec(values, &*spec.shape, &Device::Cpu)?)
}
