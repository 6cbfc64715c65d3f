//! Rounding to bfloat16.

use crate::launch::{launch, over};
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the upper half of each number, rounded to nearest, ties to even.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ.
pub fn round<D: Device>(
    device: &D,
    values: View<'_, f32, D>,
    rounded: ViewMut<'_, u16, D>,
) -> Result<(), DeviceError> {
    let len = values.len();
    assert_eq!(rounded.len(), len, "length of rounded");
    // SAFETY: the lengths are equal.
    unsafe { launch!(device, to_bfloat16, over(device, len), values, len as u64, rounded) }
}
