//! Max pooling with overlapping windows.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Module, Result, Tensor};
use nin_kernels::{PoolShape, Rounding, Window};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaMaxPool;
pub(crate) use node::MaxPoolNode;

use crate::host::{to_channels_first, to_channels_last};
use crate::{LayerError, shape};

/// The largest value of each window.
///
/// # Shapes
///
/// Input N, C, H, W (f32), output N, C, H', W' with H' = (H + 2·padding −
/// kernel_size) / stride + 1, rounded as asked; in ceil mode a last window
/// must start inside the input or its left padding.
///
/// # Parameters
///
/// `window` in pixels, kernel size at most 16, padding at most half of it;
/// padding never wins.
///
/// # Gradient
///
/// The whole gradient of a window goes to its first maximum in row-major
/// order; overlapping windows add up.
///
/// # Source
///
/// PyTorch's `MaxPool2d`. candle's own pooling has no gradient for overlapping
/// windows and a wrong one for others.
///
/// ```
/// use candle_core::{Device, Module, Tensor};
/// use nin_layers::{MaxPool2d, Rounding, Window};
///
/// let window = Window { kernel_size: 3, stride: 2, padding: 0 };
/// let input = Tensor::arange(0_f32, 25., &Device::Cpu)?.reshape((1, 1, 5, 5))?;
/// let output = MaxPool2d { window, rounding: Rounding::Floor }.forward(&input)?;
/// assert_eq!(output.flatten_all()?.to_vec1::<f32>()?, [12., 14., 22., 24.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool2d {
    /// Kernel size, stride and padding.
    pub window: Window,
    /// What happens to a last window that only partly covers the input.
    pub rounding: Rounding,
}

impl MaxPool2d {
    /// The shape of the output for an input N, C, H, W.
    ///
    /// # Errors
    ///
    /// A window larger than 16 or than the padded input, padding above half
    /// the window, a size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        let shape = self.kernel_shape(input)?;
        Ok([shape.batch(), shape.channels(), shape.out_height(), shape.out_width()])
    }

    /// The kernels' sizes for an input N, C, H, W.
    fn kernel_shape(&self, input: [usize; 4]) -> std::result::Result<PoolShape, LayerError> {
        PoolShape::new(shape::nhwc(input), self.window, self.rounding)
            .map_err(|source| shape::error("max pool", input, source))
    }
}

impl Module for MaxPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        to_channels_first(&to_channels_last(input)?.apply_op1(op::MaxPoolOp(*self))?)
    }
}
