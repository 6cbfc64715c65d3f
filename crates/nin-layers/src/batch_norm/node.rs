//! Batch norm in a planned engine.

use nin_kernels::batch_norm::{self, BatchNorm, Statistics, StatisticsMut, update_running};

use super::BatchNormSpec;
use crate::engine::{Context, Gradients, Node, Parameter};
use crate::{LayerError, Mode};

pub(crate) struct BatchNormNode {
    spec: BatchNormSpec,
    /// Weight, bias, running mean and running variance, as
    /// [`BatchNormSpec::parameters`] lists them.
    parameters: Vec<Parameter>,
    /// The batch's statistics, kept for the backward pass.
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl BatchNormNode {
    pub(crate) fn new(spec: BatchNormSpec, parameters: Vec<Parameter>) -> Self {
        let channels = parameters[0].value.len();
        Self { spec, parameters, mean: vec![0.0; channels], variance: vec![0.0; channels] }
    }
}

impl Node for BatchNormNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let [weight, bias, running_mean, running_var] = &mut *self.parameters else {
            unreachable!("a batch norm has four")
        };
        let BatchNormSpec { eps, momentum, activation } = self.spec;
        let norm = BatchNorm { eps, activation, weight: &weight.value, bias: &bias.value };
        match context.mode {
            Mode::Train => {
                let saved = StatisticsMut { mean: &mut self.mean, variance: &mut self.variance };
                batch_norm::forward_train(&norm, input, output, saved);
                update_running(
                    momentum,
                    input.len() / self.mean.len(),
                    Statistics { mean: &self.mean, variance: &self.variance },
                    StatisticsMut {
                        mean: &mut running_mean.value,
                        variance: &mut running_var.value,
                    },
                )?;
            }
            Mode::Eval => {
                let statistics =
                    Statistics { mean: &running_mean.value, variance: &running_var.value };
                batch_norm::forward_eval(&norm, statistics, input, output);
            }
        }
        Ok(())
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        gradients: Gradients<'_>,
    ) -> Result<(), LayerError> {
        let [weight, bias, ..] = &mut *self.parameters else {
            unreachable!("a batch norm has four")
        };
        let BatchNormSpec { eps, activation, .. } = self.spec;
        let Gradients { input, output, grad_output, grad_input } = gradients;
        batch_norm::backward(
            &BatchNorm { eps, activation, weight: &weight.value, bias: &bias.value },
            Statistics { mean: &self.mean, variance: &self.variance },
            input,
            output,
            grad_output,
            batch_norm::Gradients {
                input: match grad_input {
                    Some(grad_input) => grad_input,
                    None => context.scratch(input.len()),
                },
                weight: &mut weight.grad,
                bias: &mut bias.grad,
            },
        );
        Ok(())
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }
}
