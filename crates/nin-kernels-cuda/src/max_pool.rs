//! Max pooling, see [`nin_kernels::max_pool`].

use nin_kernels::PoolShape;

use crate::launch::{launch, over};
use crate::window::Window;
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the largest value of each window and, where wanted, its position.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If a length disagrees with the shape.
pub fn forward<D: Device>(
    device: &D,
    shape: &PoolShape,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
    indices: Option<ViewMut<'_, u8, D>>,
) -> Result<(), DeviceError> {
    let len = shape.output_len();
    assert_eq!(input.len(), shape.input_len(), "length of input");
    assert_eq!(output.len(), len, "length of output");
    assert!(indices.as_ref().is_none_or(|indices| indices.len() == len), "length of indices");
    let window = Window::of_pool(shape);
    // SAFETY: the lengths are those of the shape; a null pointer is not written to.
    unsafe {
        launch!(
            device,
            max_pool_forward,
            over(device, len),
            input,
            window,
            len as u64,
            output,
            indices
        )
    }
}

/// Gives each output's gradient to the pixel that won; writes all of `grad_input`.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If a length disagrees with the shape.
pub fn backward<D: Device>(
    device: &D,
    shape: &PoolShape,
    grad_output: View<'_, f32, D>,
    indices: View<'_, u8, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.input_len();
    assert_eq!(grad_output.len(), shape.output_len(), "length of grad_output");
    assert_eq!(indices.len(), shape.output_len(), "length of indices");
    assert_eq!(grad_input.len(), len, "length of grad_input");
    let window = Window::of_pool(shape);
    // SAFETY: the lengths are those of the shape; an index is only compared.
    unsafe {
        launch!(
            device,
            max_pool_backward,
            over(device, len),
            grad_output,
            indices,
            window,
            len as u64,
            grad_input,
        )
    }
}
