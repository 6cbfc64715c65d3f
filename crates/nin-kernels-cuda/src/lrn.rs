//! Local response normalisation, see [`nin_kernels::lrn`].

use nin_kernels::lrn::LrnParams;

use crate::launch::{launch, over, size};
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the normalised values, and the denominators for the gradient.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If a length disagrees with each other.
pub fn forward<D: Device>(
    device: &D,
    params: &LrnParams,
    channels: usize,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
    denominators: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = input.len();
    check(params, channels, len);
    assert_eq!(output.len(), len, "length of output");
    assert_eq!(denominators.len(), len, "length of denominators");
    let (k, weight, beta) = (params.k as f32, params.weight() as f32, params.beta as f32);
    // SAFETY: the lengths were checked.
    unsafe {
        launch!(
            device,
            lrn_forward,
            over(device, len),
            input,
            size(channels),
            window(params, channels),
            k,
            weight,
            beta,
            len as u64,
            output,
            denominators,
        )
    }
}

/// Writes the gradient by the input; `input` and `denominators` are those of the
/// forward pass.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If a length disagrees with each other.
pub fn backward<D: Device>(
    device: &D,
    params: &LrnParams,
    channels: usize,
    [input, denominators]: [View<'_, f32, D>; 2],
    grad_output: View<'_, f32, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = input.len();
    check(params, channels, len);
    assert_eq!(denominators.len(), len, "length of denominators");
    assert_eq!(grad_output.len(), len, "length of grad_output");
    assert_eq!(grad_input.len(), len, "length of grad_input");
    let (weight, beta) = (params.weight() as f32, params.beta as f32);
    // SAFETY: the lengths were checked.
    unsafe {
        launch!(
            device,
            lrn_backward,
            over(device, len),
            input,
            denominators,
            grad_output,
            size(channels),
            window(params, channels),
            weight,
            beta,
            len as u64,
            grad_input,
        )
    }
}

fn check(params: &LrnParams, channels: usize, len: usize) {
    assert!(params.size > 0, "the window of LRN has at least one channel");
    assert!(channels > 0, "LRN needs at least one channel");
    assert_eq!(len % channels, 0, "length of input in whole pixels");
}

/// The window's size, one above twice the channels standing for all larger ones of
/// its parity.
fn window(params: &LrnParams, channels: usize) -> u32 {
    size(params.size.min(2 * channels + params.size % 2))
}
