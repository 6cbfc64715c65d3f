//! A parameter with its values, gradient, momentum and average.

use nin_kernels::Buffer;
use nin_kernels::ema;
use nin_kernels::sgd::{self, MomentumBuffer, SgdParams};

use crate::{LayerError, ParameterSpec};

/// Factors that one parameter puts on the optimiser's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateScale {
    /// Factor of the learning rate, finite and at least 0.
    pub lr: f64,
    /// Factor of the weight decay, finite and at least 0.
    pub weight_decay: f64,
}

impl Default for UpdateScale {
    fn default() -> Self {
        Self { lr: 1.0, weight_decay: 1.0 }
    }
}

impl UpdateScale {
    /// Refuses a factor outside its range for the parameter `name`.
    pub(crate) fn validate(&self, name: &str) -> Result<(), LayerError> {
        if [self.lr, self.weight_decay].iter().all(|&x| x.is_finite() && x >= 0.0) {
            return Ok(());
        }
        let text = format!("factors of {name} must be finite and at least 0, got {self:?}");
        Err(LayerError::Setting(text))
    }
}

/// All in the kernels' order.
pub(crate) struct Parameter {
    /// Full name, `net.0.2.weight`.
    pub(crate) name: String,
    pub(crate) spec: ParameterSpec,
    pub(crate) scale: UpdateScale,
    pub(crate) value: Buffer,
    pub(crate) grad: Buffer,
    /// `None` before the first step and without momentum.
    pub(crate) momentum: Option<Buffer>,
    /// `None` before the first step and where no average is kept.
    pub(crate) average: Option<Buffer>,
}

impl Parameter {
    pub(crate) fn new(
        name: String,
        spec: ParameterSpec,
        scale: UpdateScale,
        value: Vec<f32>,
    ) -> Result<Self, LayerError> {
        scale.validate(&name)?;
        let grad = if spec.role.is_trained() { Buffer::zeros(value.len()) } else { Buffer::new() };
        let value = Buffer::from(&*value);
        Ok(Self { name, spec, scale, value, grad, momentum: None, average: None })
    }

    /// Moves the value by one step along its gradient.
    pub(crate) fn step(&mut self, params: &SgdParams) {
        if !self.spec.role.is_trained() {
            return;
        }
        let params = SgdParams {
            lr: params.lr * self.scale.lr,
            weight_decay: params.weight_decay * self.scale.weight_decay,
            ..*params
        };
        let buffer = if params.momentum == 0.0 {
            MomentumBuffer::Unused
        } else {
            match &mut self.momentum {
                Some(momentum) => MomentumBuffer::Later(momentum),
                first => MomentumBuffer::First(first.insert(Buffer::zeros(self.value.len()))),
            }
        };
        sgd::step(&params, &mut self.value, &self.grad, buffer);
    }

    /// Moves the average towards the value, where the first one starts.
    pub(crate) fn move_average(&mut self, decay: f64) {
        match &mut self.average {
            Some(average) => ema::update(decay, average, &self.value),
            none => *none = Some(self.value.clone()),
        }
    }

    /// Puts the average in the value's place and the value in the average's.
    pub(crate) fn swap_average(&mut self) {
        if let Some(average) = &mut self.average {
            std::mem::swap(&mut self.value, average);
        }
    }
}
