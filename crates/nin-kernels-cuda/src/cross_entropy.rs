//! Softmax cross-entropy, see [`nin_kernels::cross_entropy`].

use nin_kernels::cross_entropy::LabelSmoothing;

use crate::launch::{launch, over, size};
use crate::{Device, DeviceError, View, ViewMut};

/// Writes the loss of each picture, and the gradient of the mean loss by the
/// logits.
///
/// A label that is no class has a loss of NaN.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths disagree with `classes`.
pub fn forward_backward<D: Device>(
    device: &D,
    classes: usize,
    smoothing: LabelSmoothing,
    logits: View<'_, f32, D>,
    labels: View<'_, u32, D>,
    losses: ViewMut<'_, f64, D>,
    grad_logits: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let batch = labels.len();
    assert!(classes > 0, "cross-entropy needs at least one class");
    assert_eq!(logits.len(), batch * classes, "length of logits");
    assert_eq!(losses.len(), batch, "length of losses");
    assert_eq!(grad_logits.len(), batch * classes, "length of grad_logits");
    // SAFETY: the lengths were checked; the kernel looks at no class that is not.
    unsafe {
        launch!(
            device,
            cross_entropy,
            over(device, batch),
            logits,
            labels,
            smoothing.get(),
            size(classes),
            size(batch),
            losses,
            grad_logits,
        )
    }
}
