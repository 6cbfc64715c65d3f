//! Global average pooling, see [`nin_kernels::global_avg_pool`].

use crate::launch::{launch, over, size};
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the mean of each channel of each map; `shape` is (N, pixels, C).
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
    shape: [usize; 3],
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let [batch, pixels, channels] = shape;
    assert!(pixels > 0 && channels > 0, "pixels and channels are at least 1");
    let len = batch * channels;
    assert_eq!(input.len(), len * pixels, "length of input");
    assert_eq!(output.len(), len, "length of output");
    let (pixels, channels) = (size(pixels), size(channels));
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device,
            global_avg_pool_forward,
            over(device, len),
            input,
            pixels,
            channels,
            len as u64,
            output,
        )
    }
}

/// Spreads the gradient of each mean evenly; writes all of `grad_input`.
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
    shape: [usize; 3],
    grad_output: View<'_, f32, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let [batch, pixels, channels] = shape;
    assert!(pixels > 0 && channels > 0, "pixels and channels are at least 1");
    let len = batch * pixels * channels;
    assert_eq!(grad_output.len(), batch * channels, "length of grad_output");
    assert_eq!(grad_input.len(), len, "length of grad_input");
    let (pixels, channels) = (size(pixels), size(channels));
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device,
            global_avg_pool_backward,
            over(device, len),
            grad_output,
            pixels,
            channels,
            len as u64,
            grad_input,
        )
    }
}
