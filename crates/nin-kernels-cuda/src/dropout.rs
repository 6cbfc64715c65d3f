//! Dropout, see [`nin_kernels::dropout`]: the same mask as on the CPU.

use nin_kernels::dropout::{DropoutKey, DropoutProbability};

use crate::launch::{launch, over};
use crate::{Device, DeviceError, View, ViewMut};

/// Drops and scales the values of a forward pass, or the gradient of a backward
/// pass with the same key.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ.
pub fn apply<D: Device>(
    device: &D,
    p: DropoutProbability,
    key: DropoutKey,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = input.len();
    assert_eq!(output.len(), len, "length of output");
    let (threshold, scale) = (p.threshold(), p.scale());
    // SAFETY: the lengths are equal.
    unsafe {
        launch!(
            device,
            dropout,
            over(device, len.div_ceil(4)),
            input,
            key.seed,
            key.stream,
            threshold,
            scale,
            len as u64,
            output,
        )
    }
}
