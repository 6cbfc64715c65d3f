//! Global average pooling.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Module, Result, Tensor};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaGlobalAvgPool;
pub(crate) use node::GlobalAvgPoolNode;

use crate::host::{to_channels_first, to_channels_last};
use crate::{LayerError, shape};

/// The mean of each map: the head that replaces dense layers, one map a class.
///
/// # Shapes
///
/// Input N, C, H, W of any size, output N, C, 1, 1 (flatten it for logits).
///
/// # Gradient
///
/// 1 / (H·W) of the output's gradient at every pixel.
///
/// # Source
///
/// Lin, Chen, Yan, "Network In Network", section 3.2; PyTorch's
/// `AdaptiveAvgPool2d(1)`.
///
/// ```
/// use candle_core::{Device, Module, Tensor};
/// use nin_layers::GlobalAvgPool2d;
///
/// let input = Tensor::new(&[[[[1_f32, 2.], [3., 4.]], [[0., 0.], [0., 8.]]]], &Device::Cpu)?;
/// let means = GlobalAvgPool2d.forward(&input)?.flatten_from(1)?;
/// assert_eq!(means.to_vec2::<f32>()?, [[2.5, 2.0]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobalAvgPool2d;

impl GlobalAvgPool2d {
    /// N, C, 1, 1 for an input N, C, H, W.
    ///
    /// # Errors
    ///
    /// A size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        let [batch, channels, _, _] = shape::check_not_empty("global average pool", input)?;
        Ok([batch, channels, 1, 1])
    }
}

impl Module for GlobalAvgPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        to_channels_first(&to_channels_last(input)?.apply_op1(op::GlobalAvgPoolOp)?)
    }
}
