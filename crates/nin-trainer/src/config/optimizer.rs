//! The section `[optimizer]`.

use nin_layers::engine::UpdateScale;
use nin_layers::{EmaDecay, LabelSmoothing, SgdParams};
use nin_model::Network;
use serde::{Deserialize, Serialize};

/// The optimiser and its loss; the defaults are the original program's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The rule.
    pub kind: OptimizerKind,
    /// Pictures in a step, at least 1.
    pub batch_size: usize,
    /// Learning rate: where the schedule starts, or the peak of one-cycle.
    pub lr: f64,
    /// Share of the old momentum buffer that stays.
    pub momentum: f64,
    /// Share of the new gradient that is kept out of the momentum buffer.
    pub dampening: f64,
    /// Nesterov's form of momentum.
    pub nesterov: bool,
    /// Factor of a weight that is added to its gradient.
    pub weight_decay: f64,
    /// Which numbers decay.
    pub weight_decay_on: WeightDecayOn,
    /// Factor of the learning rate for all biases, on top of the layer's own.
    pub bias_lr_multiplier: f64,
    /// Share of the target that is spread over all classes, in \[0, 1\].
    pub label_smoothing: f64,
    /// Share of the weights' average that stays at a step, in \[0, 1); 0 for no
    /// average.
    pub ema_decay: f64,
}

/// The optimiser's rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent as PyTorch defines it.
    #[default]
    Sgd,
}

/// Which numbers decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightDecayOn {
    /// All that are trained, as PyTorch does.
    #[default]
    All,
    /// The weights of convolutions: no bias and no norm.
    Weights,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Sgd,
            batch_size: 8,
            lr: 0.03,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            weight_decay_on: WeightDecayOn::All,
            bias_lr_multiplier: 1.0,
            label_smoothing: 0.0,
            ema_decay: 0.0,
        }
    }
}

impl OptimizerConfig {
    /// The constants of the rule.
    pub fn sgd(&self) -> SgdParams {
        SgdParams {
            lr: self.lr,
            momentum: self.momentum,
            dampening: self.dampening,
            weight_decay: self.weight_decay,
            nesterov: self.nesterov,
        }
    }

    /// The factors on learning rate and weight decay of one tensor of a network,
    /// by its full name: the layer's own and this section's.
    pub fn update_scale(&self, network: &Network, name: &str) -> UpdateScale {
        let UpdateScale { lr, weight_decay } = network.update_scale(name);
        let decays = match self.weight_decay_on {
            WeightDecayOn::All => true,
            WeightDecayOn::Weights => network.is_conv_weight(name),
        };
        UpdateScale {
            lr: if name.ends_with(".bias") { lr * self.bias_lr_multiplier } else { lr },
            weight_decay: if decays { weight_decay } else { 0.0 },
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    ///
    /// In words, the first key with a bad value.
    pub fn validate(&self) -> Result<(), String> {
        self.check().map_err(|(key, problem)| format!("optimizer.{key}: {problem}"))
    }

    /// As [`validate`](Self::validate), the key apart from its problem.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let want = |holds: bool, key: &'static str, range: &str, got: f64| {
            if holds { Ok(()) } else { Err((key, format!("want {range}, got {got}"))) }
        };
        if self.batch_size == 0 {
            return Err(("batch_size", "want at least 1, got 0".to_owned()));
        }
        let lr_holds = self.lr.is_finite() && self.lr > 0.0;
        want(lr_holds, "lr", "a finite number above 0", self.lr)?;
        for (key, value) in [
            ("momentum", self.momentum),
            ("weight_decay", self.weight_decay),
            ("bias_lr_multiplier", self.bias_lr_multiplier),
        ] {
            let holds = value.is_finite() && value >= 0.0;
            want(holds, key, "a finite number of at least 0", value)?;
        }
        want(self.dampening.is_finite(), "dampening", "a finite number", self.dampening)?;
        if let Err(error) = self.sgd().validate() {
            // Each number holds for itself, so it is what nesterov needs of the others.
            return Err(("nesterov", error.to_string()));
        }
        LabelSmoothing::new(self.label_smoothing).map_err(|_| {
            let got = self.label_smoothing;
            ("label_smoothing", format!("want a number in [0, 1], got {got}"))
        })?;
        EmaDecay::new(self.ema_decay).map_err(|_| {
            ("ema_decay", format!("want a number in [0, 1), got {}", self.ema_decay))
        })?;
        Ok(())
    }
}
