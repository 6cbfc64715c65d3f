//! Windows over pictures as the kernels take them.

use bytemuck::{Pod, Zeroable};
use nin_kernels::PoolShape;
use nin_kernels::conv2d::Conv2dShape;

use crate::launch::size;

/// `Window` of `common.cuh`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
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
    fn new(input: [usize; 3], output: [usize; 2], window: nin_kernels::Window) -> Self {
        let ([in_height, in_width, channels], [out_height, out_width]) =
            (input.map(size), output.map(size));
        Self {
            in_height,
            in_width,
            out_height,
            out_width,
            channels,
            kernel_size: size(window.kernel_size),
            stride: size(window.stride),
            padding: size(window.padding),
        }
    }

    pub(crate) fn of_pool(shape: &PoolShape) -> Self {
        Self::new(
            [shape.in_height(), shape.in_width(), shape.channels()],
            [shape.out_height(), shape.out_width()],
            shape.window(),
        )
    }

    pub(crate) fn of_conv(shape: &Conv2dShape) -> Self {
        Self::new(
            [shape.in_height, shape.in_width, shape.in_channels],
            [shape.out_height(), shape.out_width()],
            shape.window,
        )
    }
}
