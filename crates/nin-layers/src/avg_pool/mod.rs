//! Average pooling with overlapping windows.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Module, Result, Tensor};
use nin_kernels::avg_pool::Divisor;
use nin_kernels::{PoolShape, Rounding, Window};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaAvgPool;
pub(crate) use node::AvgPoolNode;

use crate::host::{to_channels_first, to_channels_last};
use crate::{LayerError, shape};

/// The mean of each window.
///
/// # Shapes
///
/// Input N, C, H, W (f32), output N, C, H', W' as for
/// [`MaxPool2d`](crate::MaxPool2d).
///
/// # Parameters
///
/// `window` in pixels, kernel size at most 16, padding at most half of it.
/// `divisor` says whether padding counts: PyTorch's default is that it does,
/// and that what hangs over the padding in ceil mode does not.
///
/// # Gradient
///
/// Each pixel under a window gets the window's gradient over the divisor;
/// overlapping windows add up.
///
/// # Source
///
/// PyTorch's `AvgPool2d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool2d {
    /// Kernel size, stride and padding.
    pub window: Window,
    /// What happens to a last window that only partly covers the input.
    pub rounding: Rounding,
    /// What the sum is divided by.
    pub divisor: Divisor,
}

impl AvgPool2d {
    /// The shape of the output for an input N, C, H, W.
    ///
    /// # Errors
    ///
    /// As for [`MaxPool2d`](crate::MaxPool2d).
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        let shape = self.kernel_shape(input)?;
        Ok([shape.batch(), shape.channels(), shape.out_height(), shape.out_width()])
    }

    /// The kernels' sizes for an input N, C, H, W.
    fn kernel_shape(&self, input: [usize; 4]) -> std::result::Result<PoolShape, LayerError> {
        PoolShape::new(shape::nhwc(input), self.window, self.rounding)
            .map_err(|source| shape::error("average pool", input, source))
    }
}

impl Module for AvgPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        to_channels_first(&to_channels_last(input)?.apply_op1(op::AvgPoolOp(*self))?)
    }
}
