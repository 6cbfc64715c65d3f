//! What moves the weights: SGD, see [`nin_kernels::sgd`], their averages, see
//! [`nin_kernels::ema`], and the check that comes before.
//!
//! A step must change nothing if any gradient is not finite, and to ask the
//! device costs time. So a word on the device holds the verdict, and the kernels
//! that change anything look at it.

use nin_kernels::sgd::SgdParams;

use crate::launch::{launch, over, size};
use crate::{Buffer, Device, DeviceError, View, ViewMut};

/// What [`Verdict`] holds while everything is finite.
const NOT_FAILED: u32 = u32::MAX;

/// Whether the step has failed, on the device.
pub struct Verdict<D: Device>(Buffer<u32, D>);

impl<D: Device> Verdict<D> {
    /// Room for one.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn new(device: &D) -> Result<Self, DeviceError> {
        Ok(Self(Buffer::from_slice(device, &[NOT_FAILED])?))
    }

    /// Takes the step for good, until [`check`](Self::check) says otherwise.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn reset(&mut self, device: &D) -> Result<(), DeviceError> {
        self.0.upload(device, &[NOT_FAILED])
    }

    /// Looks for a number that is not finite; the first one is known as `first`
    /// and those behind it by the numbers that follow.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn check(
        &mut self,
        device: &D,
        first: usize,
        values: View<'_, f32, D>,
    ) -> Result<(), DeviceError> {
        let len = values.len();
        size(first + len);
        let failed = self.0.view_mut(1);
        // SAFETY: `len` numbers are read, one is written.
        unsafe {
            launch!(
                device,
                check_finite,
                over(device, len),
                values,
                size(first),
                len as u64,
                failed
            )
        }
    }

    /// The first number that was not finite, by its place.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn read(&self, device: &D) -> Result<Option<usize>, DeviceError> {
        let mut failed = [0];
        self.0.download(device, &mut failed)?;
        Ok((failed[0] != NOT_FAILED).then_some(failed[0] as usize))
    }

    pub(crate) fn view(&self) -> View<'_, u32, D> {
        self.0.view(1)
    }
}

/// The running sum of gradients.
pub enum MomentumBuffer<'a, D> {
    /// None is kept: momentum is 0.
    Unused,
    /// The first step writes the buffer without reading it.
    First(ViewMut<'a, f32, D>),
    /// Every later step reads and writes it.
    Later(ViewMut<'a, f32, D>),
}

/// Moves `weight` by one step, unless the step has failed.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ, or momentum is above 0 and the buffer
/// [`MomentumBuffer::Unused`]. With momentum 0 a buffer is left alone.
pub fn sgd<D: Device>(
    device: &D,
    params: &SgdParams,
    weight: ViewMut<'_, f32, D>,
    grad: View<'_, f32, D>,
    buffer: MomentumBuffer<'_, D>,
    verdict: &Verdict<D>,
) -> Result<(), DeviceError> {
    let len = weight.len();
    assert_eq!(grad.len(), len, "length of grad");
    let (buffer, first) = match buffer {
        MomentumBuffer::Unused => (None, 0_u32),
        MomentumBuffer::First(buffer) => (Some(buffer), 1),
        MomentumBuffer::Later(buffer) => (Some(buffer), 0),
    };
    match &buffer {
        Some(buffer) => assert_eq!(buffer.len(), len, "length of the momentum buffer"),
        None => assert!(params.momentum == 0.0, "momentum {} needs a buffer", params.momentum),
    }
    let [lr, momentum, undampened, weight_decay] =
        [params.lr, params.momentum, 1.0 - params.dampening, params.weight_decay]
            .map(|constant| constant as f32);
    // SAFETY: the lengths are equal; without momentum no buffer is touched.
    unsafe {
        launch!(
            device,
            sgd,
            over(device, len),
            weight,
            grad,
            buffer,
            lr,
            momentum,
            undampened,
            weight_decay,
            u32::from(params.nesterov),
            first,
            len as u64,
            verdict.view(),
        )
    }
}

/// Moves `average` towards `weight`, unless the step has failed; a `decay` of 0
/// copies it.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ.
pub fn average<D: Device>(
    device: &D,
    decay: f64,
    average: ViewMut<'_, f32, D>,
    weight: View<'_, f32, D>,
    verdict: &Verdict<D>,
) -> Result<(), DeviceError> {
    let len = weight.len();
    assert_eq!(average.len(), len, "length of the average");
    let gain = (1.0 - decay) as f32;
    // SAFETY: the lengths are equal.
    unsafe {
        launch!(
            device,
            move_average,
            over(device, len),
            average,
            weight,
            gain,
            u32::from(decay == 0.0),
            len as u64,
            verdict.view(),
        )
    }
}
