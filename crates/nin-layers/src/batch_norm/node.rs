//! Batch norm in a planned engine.

use nin_kernels::Activation;
use nin_kernels::batch_norm::{self, BatchNorm, Statistics, StatisticsMut, update_running};

use super::BatchNormSpec;
use crate::engine::{BackwardPass, Context, Node, Parameter};
use crate::{LayerError, Mode};

pub(crate) struct BatchNormNode {
    spec: BatchNormSpec,
    /// Weight, bias, running mean and running variance, as
    /// [`BatchNormSpec::parameters`] lists them.
    parameters: Vec<Parameter>,
    /// The batch's statistics, kept for the backward pass.
    mean: Vec<f32>,
    variance: Vec<f32>,
    /// The running statistics, once the step that moved them has succeeded.
    next_mean: Vec<f32>,
    next_var: Vec<f32>,
}

impl BatchNormNode {
    pub(crate) fn new(spec: BatchNormSpec, parameters: Vec<Parameter>) -> Self {
        let zeros = vec![0.0; parameters[0].value.len()];
        Self {
            spec,
            parameters,
            mean: zeros.clone(),
            variance: zeros.clone(),
            next_mean: zeros.clone(),
            next_var: zeros,
        }
    }
}

impl Node for BatchNormNode {
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError> {
        let [weight, bias, running_mean, running_var] = &*self.parameters else {
            unreachable!("a batch norm has four")
        };
        let BatchNormSpec { eps, momentum, activation } = self.spec;
        let norm = BatchNorm { eps, activation, weight: &weight.value, bias: &bias.value };
        match context.mode {
            Mode::Train => {
                let saved = StatisticsMut { mean: &mut self.mean, variance: &mut self.variance };
                batch_norm::forward_train(&norm, input, output, saved);
                self.next_mean.copy_from_slice(&running_mean.value);
                self.next_var.copy_from_slice(&running_var.value);
                update_running(
                    momentum,
                    input.len() / self.mean.len(),
                    Statistics { mean: &self.mean, variance: &self.variance },
                    StatisticsMut { mean: &mut self.next_mean, variance: &mut self.next_var },
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

    fn activation(&self) -> Activation {
        self.spec.activation
    }

    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
    ) -> Result<(), LayerError> {
        let [weight, bias, ..] = &mut *self.parameters else {
            unreachable!("a batch norm has four")
        };
        let BatchNormSpec { eps, activation, .. } = self.spec;
        let BackwardPass { input, grad_output, grad_input, .. } = pass;
        batch_norm::backward(
            &BatchNorm { eps, activation, weight: &weight.value, bias: &bias.value },
            Statistics { mean: &self.mean, variance: &self.variance },
            input,
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

    fn commit(&mut self) {
        let [.., running_mean, running_var] = &mut *self.parameters else {
            unreachable!("a batch norm has four")
        };
        running_mean.value.copy_from_slice(&self.next_mean);
        running_var.value.copy_from_slice(&self.next_var);
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }
}
