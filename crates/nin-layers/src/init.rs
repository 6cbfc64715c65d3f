//! Initial weights from a seed.
//!
//! Each tensor has a stream of its own, chosen by its place in the network, so
//! that its values do not depend on the sizes of the others. candle's own
//! initialisation cannot be seeded on a CPU.

#[cfg(test)]
mod tests;

use candle_core::{Result, Tensor, Var};
use candle_nn::VarMap;
use nin_kernels::ParamError;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Normal, Uniform};

use crate::{LayerError, ParameterRole, ParameterSpec, StateDict};

/// How convolution weights start. Norms always start as the identity.
///
/// The fans of a weight `[O, I, k, k]` are fan_in = I·k² and fan_out = O·k².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Init {
    /// Normal with variance 2 / fan_out, biases 0 (He et al., 2015; the
    /// original program).
    #[default]
    KaimingNormalFanOut,
    /// Uniform in ±√(6 / (fan_in + fan_out)), biases 0 (Glorot, Bengio, 2010;
    /// d2l's Network In Network).
    XavierUniform,
    /// Normal with this standard deviation, biases 0 (the paper's code and
    /// Caffe's: 0.05).
    Normal {
        /// Standard deviation, finite and at least 0.
        std: f64,
    },
    /// Uniform in ±1 / √fan_in, weights and biases: what PyTorch's `Conv2d`
    /// does when it is not told otherwise.
    PytorchDefault,
}

impl Init {
    /// Refuses a standard deviation that is none.
    ///
    /// # Errors
    ///
    /// [`Normal`](Self::Normal) with a negative, infinite or undefined `std`.
    pub fn validate(self) -> std::result::Result<(), LayerError> {
        match self {
            Self::Normal { std } if !(std.is_finite() && std >= 0.0) => {
                let (name, wanted) = ("init std", "finite and at least 0");
                Err(ParamError::OutOfRange { name, wanted, got: std }.into())
            }
            _ => Ok(()),
        }
    }

    /// Draws the values of a parameter, in PyTorch's order.
    ///
    /// `fan` is the shape of the weight that the parameter belongs to: a bias
    /// may depend on it.
    fn draw(self, spec: &ParameterSpec, fan: Fan, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let normal = |std: f64| Normal::new(0.0, std).expect("deviations are finite").into();
        let uniform =
            |limit: f64| Uniform::new_inclusive(-limit, limit).expect("limits are finite").into();
        let values: Values = match (spec.role, self) {
            (ParameterRole::Scale | ParameterRole::RunningVar, _) => Values::Constant(1.0),
            (ParameterRole::RunningMean, _) => Values::Constant(0.0),
            (ParameterRole::Weight | ParameterRole::Bias, Self::PytorchDefault)
                if fan.input > 0.0 =>
            {
                uniform(1.0 / fan.input.sqrt())
            }
            (ParameterRole::Bias, _) => Values::Constant(0.0),
            (ParameterRole::Weight, Self::KaimingNormalFanOut) => normal((2.0 / fan.output).sqrt()),
            (ParameterRole::Weight, Self::XavierUniform) => {
                uniform((6.0 / (fan.input + fan.output)).sqrt())
            }
            (ParameterRole::Weight, Self::Normal { std }) => normal(std),
            (ParameterRole::Weight, Self::PytorchDefault) => Values::Constant(0.0),
        };
        values.draw(spec.len(), rng)
    }
}

/// The numbers that reach one output, and that one input reaches.
#[derive(Clone, Copy)]
struct Fan {
    input: f64,
    output: f64,
}

enum Values {
    Constant(f32),
    Normal(Normal<f64>),
    Uniform(Uniform<f64>),
}

impl From<Normal<f64>> for Values {
    fn from(normal: Normal<f64>) -> Self {
        Self::Normal(normal)
    }
}

impl From<Uniform<f64>> for Values {
    fn from(uniform: Uniform<f64>) -> Self {
        Self::Uniform(uniform)
    }
}

impl Values {
    fn draw(&self, len: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        match self {
            Self::Constant(value) => vec![*value; len],
            Self::Normal(normal) => (0..len).map(|_| normal.sample(rng) as f32).collect(),
            Self::Uniform(uniform) => (0..len).map(|_| uniform.sample(rng) as f32).collect(),
        }
    }
}

/// Initial values of the parameters of a network, `init` chosen by name.
///
/// # Errors
///
/// An `init` that does not [validate](Init::validate), a parameter with a size
/// of 0 or of more numbers than can be counted.
pub fn state_dict(
    parameters: impl IntoIterator<Item = (String, ParameterSpec)>,
    init: impl Fn(&str) -> Init,
    seed: u64,
) -> std::result::Result<StateDict, LayerError> {
    let mut fan = Fan { input: 0.0, output: 0.0 };
    parameters
        .into_iter()
        .enumerate()
        .map(|(index, (name, spec))| {
            let init = init(&name);
            init.validate()?;
            check_size(&name, &spec)?;
            match (spec.role, &*spec.shape) {
                (ParameterRole::Weight, &[o, i, h, w]) => {
                    fan = Fan { input: (i * h * w) as f64, output: (o * h * w) as f64 };
                }
                // The bias of a norm has no fan.
                (ParameterRole::Scale, _) => fan = Fan { input: 0.0, output: 0.0 },
                _ => {}
            }
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(index as u64);
            let values = init.draw(&spec, fan, &mut rng);
            let tensor = Tensor::from_vec(values, &*spec.shape, &candle_core::Device::Cpu)?;
            Ok((name, tensor))
        })
        .collect()
}

fn check_size(name: &str, spec: &ParameterSpec) -> std::result::Result<(), LayerError> {
    let len = spec.shape.iter().try_fold(1_usize, |len, &size| len.checked_mul(size));
    match len {
        Some(1..) => Ok(()),
        Some(0) => Err(LayerError::Setting(format!("tensor {name} is empty: {:?}", spec.shape))),
        None => Err(LayerError::Setting(format!("tensor {name} is too large: {:?}", spec.shape))),
    }
}

/// Puts initial values into a candle `VarMap`, from which a
/// [`VarBuilder`](candle_nn::VarBuilder) then takes them as trainable.
///
/// # Errors
///
/// As for [`state_dict`].
pub fn fill_var_map(
    vars: &VarMap,
    parameters: impl IntoIterator<Item = (String, ParameterSpec)>,
    init: Init,
    seed: u64,
) -> Result<()> {
    let state = state_dict(parameters, |_| init, seed)?;
    let mut vars = vars.data().lock().expect("no holder of a VarMap panics");
    for (name, tensor) in state {
        vars.insert(name, Var::from_tensor(&tensor)?);
    }
    Ok(())
}
