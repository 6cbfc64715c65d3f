//! Convolution with bias and ReLU in its epilogue.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use nin_kernels::conv2d::{Conv2dShape, ConvSettings};
use nin_kernels::{Activation, Window};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaConv2d;
pub(crate) use node::Conv2dNode;

use crate::host::{to_channels_first, to_channels_last};
use crate::{LayerError, ParameterLayout, ParameterRole, ParameterSpec, parameter, shape};

/// What a convolution is, apart from its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dSpec {
    /// Channels of the output, O.
    pub out_channels: usize,
    /// Kernel size, stride and padding in pixels.
    pub window: Window,
    /// What follows the bias.
    pub activation: Activation,
}

impl Conv2dSpec {
    /// A 1×1 convolution followed by ReLU: the "cascaded cross-channel
    /// parametric pooling" layer of an mlpconv block.
    pub fn cccp(out_channels: usize) -> Self {
        let window = Window { kernel_size: 1, stride: 1, padding: 0 };
        Self { out_channels, window, activation: Activation::Relu }
    }

    /// The shape N, O, H', W' of the output for an input N, C, H, W:
    /// H' = ⌊(H + 2·padding − kernel_size) / stride⌋ + 1, W' likewise.
    ///
    /// # Errors
    ///
    /// A kernel larger than the padded input, a size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        let shape = self.kernel_shape(input)?;
        Ok([shape.batch, shape.out_channels, shape.out_height(), shape.out_width()])
    }

    /// The kernels' sizes for an input N, C, H, W.
    fn kernel_shape(&self, input: [usize; 4]) -> std::result::Result<Conv2dShape, LayerError> {
        Conv2dShape::new(shape::nhwc(input), self.out_channels, self.window)
            .map_err(|source| shape::error("conv2d", input, source))
    }

    /// Weight `[O, I, k, k]` and bias `[O]`.
    pub fn parameters(&self, in_channels: usize) -> Vec<ParameterSpec> {
        let k = self.window.kernel_size;
        vec![
            ParameterSpec {
                name: "weight",
                shape: vec![self.out_channels, in_channels, k, k],
                role: ParameterRole::Weight,
                layout: ParameterLayout::Kernel,
            },
            ParameterSpec {
                name: "bias",
                shape: vec![self.out_channels],
                role: ParameterRole::Bias,
                layout: ParameterLayout::Vector,
            },
        ]
    }
}

/// Convolution, bias and activation: act(input ∗ weight + bias).
///
/// # Shapes
///
/// Input N, I, H, W (f32, any strides; channels-last memory is taken without
/// a copy), weight `[O, I, k, k]`, bias `[O]`, output N, O, H', W' with
/// H' = ⌊(H + 2·padding − k) / stride⌋ + 1: a view of channels-last memory.
///
/// # Gradient
///
/// By input (only where something before it needs one), weight and bias. The
/// gradient of ReLU at 0 is 0, as in PyTorch and other than in candle.
///
/// # Errors
///
/// An input of other rank or channels, or smaller than the kernel.
///
/// # Cost
///
/// N·H'·W'·O·I·k² multiply-adds forward, twice that backward; a fifth of both
/// where Winograd's algorithm is used ([`nin_kernels::conv2d`]).
///
/// # Source
///
/// PyTorch's `Conv2d` (zero padding, dilation 1, one group) followed by `ReLU`.
///
/// ```
/// use candle_core::{Device, Module, Tensor};
/// use nin_layers::{Activation, Conv2d, Conv2dSpec, Window};
///
/// let device = Device::Cpu;
/// let window = Window { kernel_size: 3, stride: 1, padding: 1 };
/// let spec = Conv2dSpec { out_channels: 1, window, activation: Activation::Relu };
/// let weight = Tensor::ones((1, 1, 3, 3), candle_core::DType::F32, &device)?;
/// let bias = Tensor::new(&[-5.0_f32], &device)?;
/// let conv = Conv2d::from_tensors(spec, weight, bias)?;
///
/// let input = Tensor::ones((1, 1, 3, 3), candle_core::DType::F32, &device)?;
/// let output = conv.forward(&input)?;
/// assert_eq!(output.flatten_all()?.to_vec1::<f32>()?, [0., 1., 0., 1., 4., 1., 0., 1., 0.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Conv2d {
    spec: Conv2dSpec,
    settings: ConvSettings,
    weight: Tensor,
    bias: Tensor,
}

impl Conv2d {
    /// Takes `weight` `[O, I, k, k]` and `bias` `[O]` from the builder. The
    /// tensors must exist there: initial values are made by
    /// [`init`](crate::init), whose generator can be seeded.
    pub fn new(in_channels: usize, spec: Conv2dSpec, vb: &VarBuilder<'_>) -> Result<Self> {
        let k = spec.window.kernel_size;
        let weight = parameter::take(vb, (spec.out_channels, in_channels, k, k), "weight")?;
        Self::from_tensors(spec, weight, parameter::take(vb, spec.out_channels, "bias")?)
    }

    /// From `weight` `[O, I, k, k]` and `bias` `[O]`.
    pub fn from_tensors(spec: Conv2dSpec, weight: Tensor, bias: Tensor) -> Result<Self> {
        let k = spec.window.kernel_size;
        let (out_channels, _, height, width) = weight.dims4()?;
        if (out_channels, height, width) != (spec.out_channels, k, k) {
            candle_core::bail!("weight has shape {:?}, wanted {spec:?}", weight.dims());
        }
        if bias.dims() != [out_channels] {
            candle_core::bail!("bias has shape {:?}, wanted [{out_channels}]", bias.dims());
        }
        Ok(Self { spec, settings: ConvSettings::default(), weight, bias })
    }

    /// The same layer, computed in another way than the default one.
    pub fn with_settings(self, settings: ConvSettings) -> Self {
        Self { settings, ..self }
    }

    /// What the layer is, apart from its weights.
    pub fn spec(&self) -> Conv2dSpec {
        self.spec
    }

    /// The shape that [`forward`](Module::forward) gives for an input
    /// N, C, H, W, without touching a tensor.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        shape::check_channels("conv2d", input[1], self.weight.dims()[1])?;
        self.spec.output_shape(input)
    }
}

impl Module for Conv2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        let output = to_channels_last(input)?.apply_op3(
            &to_channels_last(&self.weight)?,
            &self.bias.contiguous()?,
            op::Conv2dOp { spec: self.spec, settings: self.settings },
        )?;
        to_channels_first(&output)
    }
}
