//! Local response normalisation across channels.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Module, Result, Tensor};
use nin_kernels::lrn::LrnParams;

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaLrn;
pub(crate) use node::LrnNode;

use crate::host::{to_channels_first, to_channels_last};
use crate::{LayerError, shape};

/// b_c = a_c / (k + α'·Σ a²)^beta, the sum over the window of channels
/// c − ⌊size / 2⌋ … c + ⌊(size − 1) / 2⌋ that exist.
///
/// # Shapes
///
/// Input and output N, C, H, W (f32).
///
/// # Parameters
///
/// See [`LrnParams`]. α' is alpha / size with
/// [`AlphaScaling::DividedBySize`](nin_kernels::lrn::AlphaScaling) (PyTorch,
/// cuda-convnet), and alpha itself with `Undivided` (the formula printed in the
/// AlexNet paper).
///
/// # Gradient
///
/// With d_c the denominator before the power: grad_input_j = g_j·d_j^(−beta) −
/// 2·beta·α'·a_j·Σ g_c·a_c·d_c^(−beta − 1), over all c whose window holds j.
///
/// # Source
///
/// PyTorch's `LocalResponseNorm`; Krizhevsky, Sutskever, Hinton, "ImageNet
/// Classification with Deep Convolutional Neural Networks", section 3.3.
///
/// ```
/// use candle_core::{Device, Module, Tensor};
/// use nin_layers::{AlphaScaling, LocalResponseNorm, LrnParams};
///
/// let scaling = AlphaScaling::DividedBySize;
/// let lrn =
///     LocalResponseNorm::new(LrnParams { size: 3, alpha: 1.0, beta: 0.5, k: 1.0, scaling })?;
/// let input = Tensor::new(&[1_f32, 2., 3., 4., 5.], &Device::Cpu)?.reshape((1, 5, 1, 1))?;
/// let output = lrn.forward(&input)?.flatten_all()?.to_vec1::<f32>()?;
/// assert!((output[0] - 0.612_372_4).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalResponseNorm {
    params: LrnParams,
}

impl LocalResponseNorm {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// A parameter outside its range.
    pub fn new(params: LrnParams) -> std::result::Result<Self, LayerError> {
        params.validate()?;
        Ok(Self { params })
    }

    /// Size, alpha, beta, k and what divides alpha.
    pub fn params(&self) -> LrnParams {
        self.params
    }

    /// The shape of the input, which is that of the output.
    ///
    /// # Errors
    ///
    /// A size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        shape::check_not_empty("lrn", input)
    }
}

impl Module for LocalResponseNorm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        to_channels_first(&to_channels_last(input)?.apply_op1(op::LrnOp(self.params))?)
    }
}
