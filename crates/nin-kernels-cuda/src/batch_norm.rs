//! Batch normalisation, see [`nin_kernels::batch_norm`].

use nin_kernels::Activation;

use crate::activation::is_relu;
use crate::columns::{self, Parts};
use crate::launch::{launch, over, size};
use crate::update::Verdict;
use crate::{Buffer, Device, DeviceError, View, ViewMut};

/// Mean, population variance and 1 / √(variance + eps) of each channel.
pub struct StatisticsMut<'a, D> {
    /// Means.
    pub mean: ViewMut<'a, f32, D>,
    /// Variances.
    pub variance: ViewMut<'a, f32, D>,
    /// Reciprocal deviations.
    pub inv_std: ViewMut<'a, f32, D>,
}

/// What a batch is normalised with.
pub struct BatchNorm<'a, D> {
    /// Applied to the normalised values.
    pub activation: Activation,
    /// Means of the channels.
    pub mean: View<'a, f32, D>,
    /// 1 / √(variance + eps) of the channels.
    pub inv_std: View<'a, f32, D>,
    /// Factor of each channel.
    pub weight: View<'a, f32, D>,
    /// Summand of each channel.
    pub bias: View<'a, f32, D>,
}

impl<D> BatchNorm<'_, D> {
    fn channels(&self) -> usize {
        let channels = self.weight.len();
        assert!(channels > 0, "batch normalisation needs at least one channel");
        for len in [self.bias.len(), self.mean.len(), self.inv_std.len()] {
            assert_eq!(len, channels, "numbers of each channel");
        }
        channels
    }
}

/// Writes the statistics of the batch `input` (rows, C).
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If there is no row or channel, or the lengths do not fit.
pub fn of_batch<D: Device>(
    device: &D,
    eps: f64,
    input: View<'_, f32, D>,
    statistics: StatisticsMut<'_, D>,
    scratch: &mut Buffer<f32, D>,
) -> Result<(), DeviceError> {
    let StatisticsMut { mean, variance, inv_std } = statistics;
    let channels = mean.len();
    assert_eq!([variance.len(), inv_std.len()], [channels; 2], "numbers of each channel");
    let parts = Parts::new(input.len(), channels);
    assert!(parts.rows > 0, "an empty batch has no mean");
    scratch.grow(device, 2 * parts.len())?;
    let (sum, square) = scratch.view_mut(2 * parts.len()).split_at(parts.len());
    // SAFETY: two sums a part and channel are written and read again, and three
    // numbers a channel written.
    unsafe {
        launch!(
            device,
            batch_norm_sums,
            parts.grid(),
            input,
            parts.rows as u64,
            size(channels),
            parts.rows_per_part(),
            sum,
            square,
        )?;
        launch!(
            device,
            batch_norm_statistics,
            over(device, channels),
            input,
            sum,
            square,
            parts.parts(),
            parts.rows as u64,
            size(channels),
            eps,
            mean,
            variance,
            inv_std,
        )
    }
}

/// Writes 1 / √(variance + eps) of recorded statistics.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ.
pub fn inverse_deviation<D: Device>(
    device: &D,
    eps: f64,
    variance: View<'_, f32, D>,
    inv_std: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let channels = variance.len();
    assert_eq!(inv_std.len(), channels, "numbers of each channel");
    let count = size(channels);
    // SAFETY: a number a channel is read and one written.
    unsafe {
        launch!(device, inverse_deviation, over(device, channels), variance, eps, count, inv_std)
    }
}

/// output = activation((input − mean) · inv_std · weight + bias).
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths do not fit.
pub fn forward<D: Device>(
    device: &D,
    norm: &BatchNorm<'_, D>,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let (channels, len) = (norm.channels(), input.len());
    assert_eq!([output.len(), len % channels], [len, 0], "lengths of input and output");
    let BatchNorm { activation, mean, inv_std, weight, bias } = *norm;
    // SAFETY: `len` numbers of whole rows are read and written.
    unsafe {
        launch!(
            device,
            batch_norm_forward,
            over(device, len),
            input,
            mean,
            inv_std,
            weight,
            bias,
            is_relu(activation),
            size(channels),
            len as u64,
            output,
        )
    }
}

/// Where the gradients go. All are overwritten.
pub struct Gradients<'a, D> {
    /// Gradient by the weight.
    pub weight: ViewMut<'a, f32, D>,
    /// Gradient by the bias.
    pub bias: ViewMut<'a, f32, D>,
    /// Gradient by the input, where it is wanted.
    pub input: Option<ViewMut<'a, f32, D>>,
}

/// The gradients, from `grad`, the one by the output, which becomes the one before
/// the activation. The statistics are those of the batch `input`.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths do not fit.
pub fn backward<D: Device>(
    device: &D,
    norm: &BatchNorm<'_, D>,
    [input, output]: [View<'_, f32, D>; 2],
    grad: ViewMut<'_, f32, D>,
    gradients: Gradients<'_, D>,
    scratch: &mut Buffer<f32, D>,
) -> Result<(), DeviceError> {
    let (channels, len) = (norm.channels(), input.len());
    assert_eq!([output.len(), grad.len()], [len; 2], "lengths of output and gradient");
    let parts = Parts::new(len, channels);
    scratch.grow(device, 2 * parts.len())?;
    let (by_bias, by_weight) = scratch.view_mut(2 * parts.len()).split_at(parts.len());
    let BatchNorm { activation, mean, inv_std, weight, .. } = *norm;
    let Gradients { weight: mut grad_weight, bias: mut grad_bias, input: grad_input } = gradients;
    // SAFETY: the lengths were checked; two sums a part and channel are written.
    unsafe {
        launch!(
            device,
            batch_norm_backward_sums,
            parts.grid(),
            input,
            output,
            grad,
            mean,
            inv_std,
            is_relu(activation),
            parts.rows as u64,
            size(channels),
            parts.rows_per_part(),
            by_bias,
            by_weight,
        )?;
    }
    columns::sum_parts(device, parts, by_bias.as_view(), grad_bias.reborrow())?;
    columns::sum_parts(device, parts, by_weight.as_view(), grad_weight.reborrow())?;
    let Some(grad_input) = grad_input else { return Ok(()) };
    assert_eq!(grad_input.len(), len, "length of the gradient by the input");
    // SAFETY: the lengths were checked.
    unsafe {
        launch!(
            device,
            batch_norm_backward,
            over(device, len),
            input,
            grad,
            mean,
            inv_std,
            weight,
            grad_weight,
            grad_bias,
            parts.rows as u64,
            size(channels),
            len as u64,
            grad_input,
        )
    }
}

/// Moves a running statistic towards the batch's, unless the step has failed:
/// running = (1 − momentum) · running + momentum · factor · batch.
///
/// # Errors
///
/// Of the device.
///
/// # Panics
///
/// If the lengths differ.
pub fn update_running<D: Device>(
    device: &D,
    momentum: f64,
    factor: f64,
    batch: View<'_, f32, D>,
    running: ViewMut<'_, f32, D>,
    verdict: &Verdict<D>,
) -> Result<(), DeviceError> {
    let channels = batch.len();
    assert_eq!(running.len(), channels, "numbers of each channel");
    // SAFETY: a number a channel is read and one written.
    unsafe {
        launch!(
            device,
            update_running,
            over(device, channels),
            batch,
            momentum,
            factor,
            size(channels),
            verdict.view(),
            running,
        )
    }
}
