//! Batch normalisation followed by an activation.

#[cfg(any(feature = "cuda", feature = "emulation"))]
mod cuda;
mod node;
mod op;

use candle_core::{Result, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder};
use nin_kernels::batch_norm::{Statistics, StatisticsMut, update_running};
use nin_kernels::{Activation, ParamError};

#[cfg(any(feature = "cuda", feature = "emulation"))]
pub(crate) use cuda::CudaBatchNorm;
pub(crate) use node::BatchNormNode;

use crate::host::{numbers, to_channels_first, to_channels_last};
use crate::{LayerError, Mode, ParameterLayout, ParameterRole, ParameterSpec, parameter, shape};

/// What a batch norm is, apart from its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormSpec {
    /// Added to the variance, finite and at least 0; PyTorch's default is 1e-5.
    pub eps: f64,
    /// Share of the batch in the running statistics, in \[0, 1\]; PyTorch's
    /// default is 0.1.
    pub momentum: f64,
    /// What follows.
    pub activation: Activation,
}

impl Default for BatchNormSpec {
    fn default() -> Self {
        Self { eps: 1e-5, momentum: 0.1, activation: Activation::None }
    }
}

impl BatchNormSpec {
    /// Refuses values outside their ranges.
    ///
    /// # Errors
    ///
    /// `eps` that is negative or not finite, `momentum` outside \[0, 1\].
    pub fn validate(&self) -> std::result::Result<(), LayerError> {
        let Self { eps, momentum, .. } = *self;
        for (valid, name, wanted, got) in [
            (eps.is_finite() && eps >= 0.0, "batch norm eps", "finite and at least 0", eps),
            ((0.0..=1.0).contains(&momentum), "batch norm momentum", "between 0 and 1", momentum),
        ] {
            if !valid {
                return Err(ParamError::OutOfRange { name, wanted, got }.into());
            }
        }
        Ok(())
    }

    /// Weight, bias, running mean and running variance, each `[C]`.
    pub fn parameters(channels: usize) -> Vec<ParameterSpec> {
        [
            ("weight", ParameterRole::Scale),
            ("bias", ParameterRole::Bias),
            ("running_mean", ParameterRole::RunningMean),
            ("running_var", ParameterRole::RunningVar),
        ]
        .map(|(name, role)| ParameterSpec {
            name,
            shape: vec![channels],
            role,
            layout: ParameterLayout::Vector,
        })
        .into()
    }
}

/// act(weight · (x − mean) / √(variance + eps) + bias), each channel for itself.
///
/// # Shapes
///
/// Input and output N, C, H, W (f32), all four parameters `[C]`.
///
/// # Parameters
///
/// See [`BatchNormSpec`]. In training mean and variance are the batch's, and
/// the running ones move towards them by `momentum` (the variance that is
/// recorded is the unbiased one); in evaluation they are the running ones.
///
/// # Gradient
///
/// By input, weight and bias; through the batch's mean and variance in
/// training, with the recorded ones as constants in evaluation.
///
/// # Errors
///
/// An input of other rank or channels; in training, a batch of one value a
/// channel, which has no variance.
///
/// # Source
///
/// Ioffe, Szegedy, "Batch Normalization"; PyTorch's `BatchNorm2d` and `ReLU`.
#[derive(Clone, Debug)]
pub struct BatchNorm2d {
    spec: BatchNormSpec,
    weight: Tensor,
    bias: Tensor,
    running_mean: Var,
    running_var: Var,
}

impl BatchNorm2d {
    /// Takes `weight`, `bias`, `running_mean` and `running_var`, each `[C]`,
    /// from the builder, where they must exist.
    pub fn new(channels: usize, spec: BatchNormSpec, vb: &VarBuilder<'_>) -> Result<Self> {
        spec.validate()?;
        Ok(Self {
            spec,
            weight: parameter::take(vb, channels, "weight")?,
            bias: parameter::take(vb, channels, "bias")?,
            running_mean: Var::from_tensor(&parameter::take(vb, channels, "running_mean")?)?,
            running_var: Var::from_tensor(&parameter::take(vb, channels, "running_var")?)?,
        })
    }

    /// The mean that evaluation uses, `[C]`.
    pub fn running_mean(&self) -> &Tensor {
        &self.running_mean
    }

    /// The variance that evaluation uses, `[C]`.
    pub fn running_var(&self) -> &Tensor {
        &self.running_var
    }

    /// The shape of the input, which is that of the output.
    ///
    /// # Errors
    ///
    /// Another number of channels, a size of 0, or overflow.
    pub fn output_shape(&self, input: [usize; 4]) -> std::result::Result<[usize; 4], LayerError> {
        shape::check_channels("batch norm", input[1], self.weight.elem_count())?;
        shape::check_not_empty("batch norm", input)
    }

    /// Moves the running statistics towards those of a batch.
    fn record(&self, input: &Tensor) -> Result<()> {
        let channels = self.weight.elem_count();
        let (mean, variance) = op::statistics(&numbers(input)?, channels);
        let mut running_mean = self.running_mean.to_vec1::<f32>()?;
        let mut running_var = self.running_var.to_vec1::<f32>()?;
        update_running(
            self.spec.momentum,
            input.elem_count() / channels,
            Statistics { mean: &mean, variance: &variance },
            StatisticsMut { mean: &mut running_mean, variance: &mut running_var },
        )
        .map_err(LayerError::from)?;
        let device = input.device();
        self.running_mean.set(&Tensor::from_vec(running_mean, channels, device)?)?;
        self.running_var.set(&Tensor::from_vec(running_var, channels, device)?)
    }
}

impl ModuleT for BatchNorm2d {
    fn forward_t(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        self.output_shape(shape::of(input)?)?;
        let input = to_channels_last(input)?;
        let (weight, bias) = (self.weight.contiguous()?, self.bias.contiguous()?);
        let output = match Mode::from_train_flag(train) {
            Mode::Train => {
                self.record(&input)?;
                input.apply_op3(&weight, &bias, op::BatchNormOp { spec: self.spec })?
            }
            Mode::Eval => {
                let op = op::BatchNormEvalOp {
                    spec: self.spec,
                    running_mean: self.running_mean.to_vec1()?,
                    running_var: self.running_var.to_vec1()?,
                };
                input.apply_op3(&weight, &bias, op)?
            }
        };
        to_channels_first(&output)
    }
}
