//! Average pooling, see [`nin_kernels::avg_pool`].

use nin_kernels::PoolShape;
use nin_kernels::avg_pool::Divisor;

use crate::launch::{launch, over};
use crate::window::Window;
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the mean of each window.
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
    divisor: Divisor,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.output_len();
    assert_eq!(input.len(), shape.input_len(), "length of input");
    assert_eq!(output.len(), len, "length of output");
    let (window, whole) = (Window::of_pool(shape), whole(divisor));
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device,
            avg_pool_forward,
            over(device, len),
            input,
            window,
            whole,
            len as u64,
            output
        )
    }
}

/// Spreads each output's gradient over its window; writes all of `grad_input`.
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
    divisor: Divisor,
    grad_output: View<'_, f32, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.input_len();
    assert_eq!(grad_output.len(), shape.output_len(), "length of grad_output");
    assert_eq!(grad_input.len(), len, "length of grad_input");
    let (window, whole) = (Window::of_pool(shape), whole(divisor));
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device,
            avg_pool_backward,
            over(device, len),
            grad_output,
            window,
            whole,
            len as u64,
            grad_input,
        )
    }
}

/// Whether padding counts.
fn whole(divisor: Divisor) -> u32 {
    match divisor {
        Divisor::CoveredPixels => 0,
        Divisor::WindowArea => 1,
    }
}
