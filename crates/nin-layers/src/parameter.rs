//! What a layer learns or records.

use candle_core::{Result, Shape, Tensor};
use candle_nn::VarBuilder;

use crate::LayerError;

/// A tensor that a layer owns, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// Its name within the layer, PyTorch's.
    pub name: &'static str,
    /// Its shape in PyTorch's order.
    pub shape: Vec<usize>,
    /// What it is for.
    pub role: ParameterRole,
    /// How the kernels want it in memory.
    pub layout: ParameterLayout,
}

impl ParameterSpec {
    /// Numbers in the tensor.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it holds no number.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a parameter is for: initialisation, learning rate and weight decay
/// depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterRole {
    /// A convolution's weight.
    Weight,
    /// A bias, of a convolution or a norm.
    Bias,
    /// A norm's factor.
    Scale,
    /// A mean recorded in training and used in evaluation; not trained.
    RunningMean,
    /// A variance recorded in training and used in evaluation; not trained.
    RunningVar,
}

impl ParameterRole {
    /// Whether the optimiser changes it.
    pub fn is_trained(self) -> bool {
        !matches!(self, Self::RunningMean | Self::RunningVar)
    }
}

/// The order of a parameter's numbers in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterLayout {
    /// One dimension.
    Vector,
    /// A convolution's weight: PyTorch's O, I, kH, kW outside, O, kH, kW, I for
    /// the kernels.
    Kernel,
}

/// A tensor that exists in the builder. One over a `VarMap` would else make up
/// zeros, with which nothing can be learnt.
pub(crate) fn take(vb: &VarBuilder<'_>, shape: impl Into<Shape>, name: &str) -> Result<Tensor> {
    if !vb.contains_tensor(name) {
        let name = match vb.prefix() {
            prefix if prefix.is_empty() => name.to_owned(),
            prefix => format!("{prefix}.{name}"),
        };
        return Err(LayerError::MissingTensor { name }.into());
    }
    vb.get(shape.into(), name)
}

/// Moves the last dimension of `[outer, rows, columns]` before the one ahead
/// of it: O, I, k·k to O, k·k, I with rows = I, and back with rows = k·k.
fn swap_inner(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut swapped = Vec::with_capacity(values.len());
    for matrix in values.chunks_exact(rows * columns) {
        for column in 0..columns {
            swapped.extend((0..rows).map(|row| matrix[row * columns + column]));
        }
    }
    swapped
}

impl ParameterSpec {
    /// From PyTorch's order to the kernels'.
    pub(crate) fn to_kernel_order(&self, values: &[f32]) -> Vec<f32> {
        match (self.layout, &*self.shape) {
            (ParameterLayout::Kernel, &[_, i, h, w]) => swap_inner(values, i, h * w),
            _ => values.to_vec(),
        }
    }

    /// From the kernels' order to PyTorch's.
    pub(crate) fn to_pytorch_order(&self, values: &[f32]) -> Vec<f32> {
        match (self.layout, &*self.shape) {
            (ParameterLayout::Kernel, &[_, i, h, w]) => swap_inner(values, h * w, i),
            _ => values.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_order_moves_input_channels_last_and_back() {
        let spec = ParameterSpec {
            name: "weight",
            shape: vec![2, 3, 1, 2],
            role: ParameterRole::Weight,
            layout: ParameterLayout::Kernel,
        };
        let pytorch: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let kernel = spec.to_kernel_order(&pytorch);
        assert_eq!(kernel, [0., 2., 4., 1., 3., 5., 6., 8., 10., 7., 9., 11.]);
        assert_eq!(spec.to_pytorch_order(&kernel), pytorch);
    }
}
