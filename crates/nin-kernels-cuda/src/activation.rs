//! Bias and activation behind a product, and their gradients.

use nin_kernels::Activation;

use crate::columns::{self, Parts};
use crate::launch::{launch, over, size};
use crate::{Buffer, Device, DeviceError, View, ViewMut};

/// A kernel's word for an activation.
pub(crate) fn is_relu(activation: Activation) -> u32 {
    match activation {
        Activation::None => 0,
        Activation::Relu => 1,
    }
}

/// values = activation(values + bias), in place: values are (rows, C), the bias (C).
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If there are no whole rows.
pub fn bias_forward<D: Device>(
    device: &D,
    activation: Activation,
    bias: View<'_, f32, D>,
    values: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let (channels, len) = (bias.len(), values.len());
    assert!(channels > 0 && len % channels == 0, "{len} values of {channels} channels");
    let (relu, grid) = (is_relu(activation), over(device, len));
    // SAFETY: `len` values are written and `channels` biases read.
    unsafe {
        launch!(
            device,
            bias_activation_forward,
            grid,
            values,
            bias,
            relu,
            size(channels),
            len as u64,
        )
    }
}

/// Turns `grad`, the gradient by the `values` of [`bias_forward`], into the one
/// before the activation, and writes its sum over rows, the gradient by the bias.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths disagree.
pub fn bias_backward<D: Device>(
    device: &D,
    activation: Activation,
    values: View<'_, f32, D>,
    grad: ViewMut<'_, f32, D>,
    grad_bias: ViewMut<'_, f32, D>,
    scratch: &mut Buffer<f32, D>,
) -> Result<(), DeviceError> {
    assert_eq!(values.len(), grad.len(), "length of values");
    let parts = Parts::new(grad.len(), grad_bias.len());
    scratch.grow(device, parts.len())?;
    let partial = scratch.view_mut(parts.len());
    // SAFETY: rows · channels numbers are read and written, and one a part and
    // channel is written.
    unsafe {
        launch!(
            device,
            bias_activation_backward,
            parts.grid(),
            values,
            grad,
            is_relu(activation),
            parts.rows as u64,
            size(parts.channels),
            parts.rows_per_part(),
            partial,
        )?;
    }
    columns::sum_parts(device, parts, partial.as_view(), grad_bias)
}
