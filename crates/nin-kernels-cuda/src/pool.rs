//! Pooling and its gradients.

use bytemuck::{Pod, Zeroable};
use nin_kernels::avg_pool::Divisor;
use nin_kernels::{Conv2dShape, PoolShape};

use crate::launch::{launch, over};
use crate::{Device, DeviceError, View, ViewMut};

/// A window as the kernels take it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub(crate) struct Window {
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    channels: u32,
    kernel_size: u32,
    stride: u32,
    padding: u32,
}

impl Window {
    pub(crate) fn of_pool(shape: &PoolShape) -> Self {
        let window = shape.window();
        Self {
            in_height: shape.in_height() as u32,
            in_width: shape.in_width() as u32,
            out_height: shape.out_height() as u32,
            out_width: shape.out_width() as u32,
            channels: shape.channels() as u32,
            kernel_size: window.kernel_size as u32,
            stride: window.stride as u32,
            padding: window.padding as u32,
        }
    }

    pub(crate) fn of_conv(shape: &Conv2dShape) -> Self {
        Self {
            in_height: shape.in_height as u32,
            in_width: shape.in_width as u32,
            out_height: shape.out_height() as u32,
            out_width: shape.out_width() as u32,
            channels: shape.in_channels as u32,
            kernel_size: shape.window.kernel_size as u32,
            stride: shape.window.stride as u32,
            padding: shape.window.padding as u32,
        }
    }
}

/// The largest value of each window and, where wanted, its position.
pub fn max_forward<D: Device>(
    device: &D,
    shape: &PoolShape,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
    indices: Option<ViewMut<'_, u8, D>>,
) -> Result<(), DeviceError> {
    let len = shape.output_len();
    assert_eq!((input.len(), output.len()), (shape.input_len(), len), "input and output");
    if let Some(indices) = &indices {
        assert_eq!(indices.len(), len, "indices");
    }
    let indices = indices.map_or(0, |indices| indices.address);
    // SAFETY: the lengths are those of the shape; a null pointer is not written.
    unsafe {
        launch!(
            device, max_pool_forward, over(device, len),
            input, Window::of_pool(shape), len as u64, output, indices,
        )
    }
}

/// The gradient by the input of a max pooling, each output's given to the pixel
/// that won.
pub fn max_backward<D: Device>(
    device: &D,
    shape: &PoolShape,
    grad_output: View<'_, f32, D>,
    indices: View<'_, u8, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.input_len();
    assert_eq!((grad_output.len(), indices.len()), (shape.output_len(), shape.output_len()), "gradient");
    assert_eq!(grad_input.len(), len, "gradient by the input");
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device, max_pool_backward, over(device, len),
            grad_output, indices, Window::of_pool(shape), len as u64, grad_input,
        )
    }
}

/// The mean of each window.
pub fn avg_forward<D: Device>(
    device: &D,
    shape: &PoolShape,
    divisor: Divisor,
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.output_len();
    assert_eq!((input.len(), output.len()), (shape.input_len(), len), "input and output");
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device, avg_pool_forward, over(device, len),
            input, Window::of_pool(shape), whole(divisor), len as u64, output,
        )
    }
}

/// The gradient by the input of an average pooling.
pub fn avg_backward<D: Device>(
    device: &D,
    shape: &PoolShape,
    divisor: Divisor,
    grad_output: View<'_, f32, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = shape.input_len();
    assert_eq!((grad_output.len(), grad_input.len()), (shape.output_len(), len), "gradients");
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device, avg_pool_backward, over(device, len),
            grad_output, Window::of_pool(shape), whole(divisor), len as u64, grad_input,
        )
    }
}

fn whole(divisor: Divisor) -> u32 {
    match divisor {
        Divisor::CoveredPixels => 0,
        Divisor::WindowArea => 1,
    }
}

/// The mean of each channel of each picture; `shape` is (N, pixels, C).
pub fn global_avg_forward<D: Device>(
    device: &D,
    [batch, pixels, channels]: [usize; 3],
    input: View<'_, f32, D>,
    output: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = batch * channels;
    assert_eq!((input.len(), output.len()), (len * pixels, len), "input and output");
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device, global_avg_pool_forward, over(device, len),
            input, pixels as u32, channels as u32, len as u64, output,
        )
    }
}

/// The gradient by the input of [`global_avg_forward`].
pub fn global_avg_backward<D: Device>(
    device: &D,
    [batch, pixels, channels]: [usize; 3],
    grad_output: View<'_, f32, D>,
    grad_input: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let len = batch * pixels * channels;
    assert_eq!((grad_output.len(), grad_input.len()), (batch * channels, len), "gradients");
    // SAFETY: the lengths are those of the shape.
    unsafe {
        launch!(
            device, global_avg_pool_backward, over(device, len),
            grad_output, pixels as u32, channels as u32, len as u64, grad_input,
        )
    }
}
