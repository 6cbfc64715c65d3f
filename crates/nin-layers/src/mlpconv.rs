//! The mlpconv block.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;

use crate::{Conv2d, Conv2dSpec, LayerError};

/// A convolution whose filters are small perceptrons: a k×k convolution
/// followed by 1×1 convolutions, each with ReLU.
///
/// # Shapes
///
/// Input N, C, H, W; output N, O, H', W' with O of the last 1×1 convolution
/// and H', W' of the k×k convolution.
///
/// # Parameters
///
/// Taken from the builder as PyTorch's `nn.Sequential` counts them, a ReLU
/// taking a number after each convolution: `0.weight`, `0.bias`, `2.weight`, …
///
/// # Gradient
///
/// Of each convolution in turn; see [`Conv2d`].
///
/// # Source
///
/// Lin, Chen, Yan, "Network In Network", section 3.1.
///
/// ```
/// use candle_core::{DType, Device, Module, Tensor};
/// use candle_nn::{VarBuilder, VarMap};
/// use nin_layers::{Activation, Conv2dSpec, Init, MlpConv, Window, init};
///
/// let window = Window { kernel_size: 5, stride: 1, padding: 2 };
/// let first = Conv2dSpec { out_channels: 16, window, activation: Activation::Relu };
/// let specs = [first, Conv2dSpec::cccp(12), Conv2dSpec::cccp(8)];
///
/// let vars = VarMap::new();
/// let parameters = MlpConv::parameters(1, &specs);
/// init::fill_var_map(&vars, parameters, Init::KaimingNormalFanOut, 42)?;
/// let block = MlpConv::new(1, &specs, &VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu))?;
///
/// let images = Tensor::zeros((2, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(block.forward(&images)?.dims(), [2, 8, 28, 28]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MlpConv {
    layers: Vec<Conv2d>,
}

impl MlpConv {
    /// Takes the weights of `specs`, the k×k convolution first, from the
    /// builder.
    pub fn new(in_channels: usize, specs: &[Conv2dSpec], vb: &VarBuilder<'_>) -> Result<Self> {
        if specs.is_empty() {
            candle_core::bail!("an mlpconv needs at least one convolution");
        }
        let mut channels = in_channels;
        let layers = specs
            .iter()
            .enumerate()
            .map(|(index, &spec)| {
                let layer = Conv2d::new(channels, spec, &vb.pp(2 * index))?;
                channels = spec.out_channels;
                Ok(layer)
            })
            .collect::<Result<_>>()?;
        Ok(Self { layers })
    }

    /// The parameters that [`new`](Self::new) looks for, by name.
    pub fn parameters(
        in_channels: usize,
        specs: &[Conv2dSpec],
    ) -> Vec<(String, crate::ParameterSpec)> {
        let inputs = std::iter::once(in_channels).chain(specs.iter().map(|spec| spec.out_channels));
        specs
            .iter()
            .zip(inputs)
            .enumerate()
            .flat_map(|(index, (spec, in_channels))| {
                spec.parameters(in_channels)
                    .into_iter()
                    .map(move |spec| (format!("{}.{}", 2 * index, spec.name), spec))
            })
            .collect()
    }

    /// The shape of the output for an input N, C, H, W.
    ///
    /// # Errors
    ///
    /// Of the first convolution that cannot take its input.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        self.layers.iter().try_fold(input, |shape, layer| layer.output_shape(shape))
    }
}

impl Module for MlpConv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.layers.iter().try_fold(input.clone(), |maps, layer| layer.forward(&maps))
    }
}
