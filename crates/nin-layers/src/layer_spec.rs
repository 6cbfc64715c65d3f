//! The kinds of layer that a network is planned from.

use nin_kernels::ShapeError;
use nin_kernels::conv2d::ConvSettings;
use nin_kernels::dropout::DropoutProbability;

use crate::batch_norm::{BatchNormNode, BatchNormSpec};
use crate::conv2d::{Conv2dNode, Conv2dSpec};
use crate::engine::{Node, Parameter};
use crate::global_avg_pool::GlobalAvgPoolNode;
use crate::{
    AvgPool2d, GlobalAvgPool2d, LayerError, LocalResponseNorm, MaxPool2d, ParameterSpec,
    avg_pool::AvgPoolNode, dropout::DropoutNode, lrn::LrnNode, max_pool::MaxPoolNode, shape,
};

#[cfg(any(feature = "cuda", feature = "emulation"))]
use crate::{
    avg_pool::CudaAvgPool, batch_norm::CudaBatchNorm, conv2d::CudaConv2d, dropout::CudaDropout,
    engine::cuda, global_avg_pool::CudaGlobalAvgPool, lrn::CudaLrn, max_pool::CudaMaxPool,
};

/// One layer, apart from its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LayerSpec {
    /// Convolution with bias and activation.
    Conv2d(Conv2dSpec),
    /// Batch norm with activation.
    BatchNorm2d(BatchNormSpec),
    /// Max pooling.
    MaxPool2d(MaxPool2d),
    /// Average pooling.
    AvgPool2d(AvgPool2d),
    /// Global average pooling.
    GlobalAvgPool2d,
    /// Local response normalisation.
    LocalResponseNorm(LocalResponseNorm),
    /// Dropout.
    Dropout(DropoutProbability),
}

impl LayerSpec {
    /// The output's shape N, C, H, W for an input N, C, H, W.
    ///
    /// # Errors
    ///
    /// An input that the layer cannot take.
    pub fn output_shape(&self, input: [usize; 4]) -> Result<[usize; 4], LayerError> {
        match self {
            Self::Conv2d(spec) => spec.output_shape(input),
            Self::BatchNorm2d(spec) => {
                spec.validate()?;
                shape::check_not_empty("batch norm", input)
            }
            Self::MaxPool2d(layer) => layer.output_shape(input),
            Self::AvgPool2d(layer) => layer.output_shape(input),
            Self::GlobalAvgPool2d => GlobalAvgPool2d.output_shape(input),
            Self::LocalResponseNorm(layer) => layer.output_shape(input),
            Self::Dropout(_) => shape::check_not_empty("dropout", input),
        }
    }

    /// What the layer learns and records on `in_channels` channels.
    pub fn parameters(&self, in_channels: usize) -> Vec<ParameterSpec> {
        match self {
            Self::Conv2d(spec) => spec.parameters(in_channels),
            Self::BatchNorm2d(_) => BatchNormSpec::parameters(in_channels),
            _ => Vec::new(),
        }
    }

    /// Multiply-adds of one image's forward pass, convolutions only (what the
    /// literature counts).
    ///
    /// # Errors
    ///
    /// An input that the layer cannot take, or a number above that of `u64`.
    pub fn multiply_adds(&self, [channels, height, width]: [usize; 3]) -> Result<u64, LayerError> {
        let Self::Conv2d(spec) = self else { return Ok(0) };
        let input = [1, channels, height, width];
        let [_, o, h, w] = spec.output_shape(input)?;
        let patch = spec.window.kernel_size * spec.window.kernel_size * channels;
        let overflow = || shape::error("conv2d", input, ShapeError::Overflow);
        ((o * h * w) as u64).checked_mul(patch as u64).ok_or_else(overflow)
    }

    /// The layer as a part of a planned engine, with these parameters.
    pub(crate) fn node(&self, settings: ConvSettings, parameters: Vec<Parameter>) -> Box<dyn Node> {
        match *self {
            Self::Conv2d(spec) => Box::new(Conv2dNode::new(spec, settings, parameters)),
            Self::BatchNorm2d(spec) => Box::new(BatchNormNode::new(spec, parameters)),
            Self::MaxPool2d(layer) => Box::new(MaxPoolNode::new(layer)),
            Self::AvgPool2d(layer) => Box::new(AvgPoolNode(layer)),
            Self::GlobalAvgPool2d => Box::new(GlobalAvgPoolNode),
            Self::LocalResponseNorm(layer) => Box::new(LrnNode(layer)),
            Self::Dropout(p) => Box::new(DropoutNode(p)),
        }
    }

    /// The layer as a part of the engine of a card; its parameters begin at this
    /// place among those of the network.
    #[cfg(any(feature = "cuda", feature = "emulation"))]
    pub(crate) fn cuda_node<D: nin_kernels_cuda::Device>(
        &self,
        settings: ConvSettings,
        first_parameter: usize,
    ) -> Box<dyn cuda::Node<D>> {
        match *self {
            Self::Conv2d(spec) => Box::new(CudaConv2d::new(spec, settings, first_parameter)),
            Self::BatchNorm2d(spec) => Box::new(CudaBatchNorm::new(spec, first_parameter)),
            Self::MaxPool2d(layer) => Box::new(CudaMaxPool::new(layer)),
            Self::AvgPool2d(layer) => Box::new(CudaAvgPool(layer)),
            Self::GlobalAvgPool2d => Box::new(CudaGlobalAvgPool),
            Self::LocalResponseNorm(layer) => Box::new(CudaLrn::new(layer)),
            Self::Dropout(p) => Box::new(CudaDropout(p)),
        }
    }
}
