//! Batch norm as one node on candle's tape, channels-last.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use nin_kernels::batch_norm::{self, BatchNorm, Gradients, Statistics, StatisticsMut};

use super::BatchNormSpec;
use crate::host::{before_activation, numbers, slice, tensor_like};

/// Mean and variance of each channel over a batch.
pub(super) fn statistics(input: &[f32], channels: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
    let mut statistics = StatisticsMut { mean: &mut mean, variance: &mut variance };
    batch_norm::of_batch(input, &mut statistics);
    (mean, variance)
}

/// With the statistics of the batch.
pub(super) struct BatchNormOp {
    pub(super) spec: BatchNormSpec,
}

impl CustomOp3 for BatchNormOp {
    fn name(&self) -> &'static str {
        "nin-batch-norm2d"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let weight = slice(weight, weight_layout)?;
        let BatchNormSpec { eps, activation, .. } = self.spec;
        let norm = BatchNorm { eps, activation, weight, bias: slice(bias, bias_layout)? };
        let input = slice(input, input_layout)?;
        let (mut mean, mut variance) = (vec![0.0; weight.len()], vec![0.0; weight.len()]);
        let mut output = vec![0.0; input.len()];
        let saved = StatisticsMut { mean: &mut mean, variance: &mut variance };
        batch_norm::forward_train(&norm, input, &mut output, saved);
        Ok((CpuStorage::F32(output), input_layout.shape().clone()))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        output: &Tensor,
        grad_output: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let BatchNormSpec { eps, activation, .. } = self.spec;
        let grad_output = before_activation(activation, output, grad_output)?;
        let values = numbers(input)?;
        let channels = weight.elem_count();
        // One more pass over the input keeps the op free of state.
        let (mean, variance) = statistics(&values, channels);
        let mut grad_input = vec![0.0; values.len()];
        let (mut grad_weight, mut grad_bias) = (vec![0.0; channels], vec![0.0; channels]);
        batch_norm::backward(
            &BatchNorm { eps, activation, weight: &numbers(weight)?, bias: &numbers(bias)? },
            Statistics { mean: &mean, variance: &variance },
            &values,
            &grad_output,
            Gradients { input: &mut grad_input, weight: &mut grad_weight, bias: &mut grad_bias },
        );
        Ok((
            Some(tensor_like(grad_input, input)?),
            Some(tensor_like(grad_weight, weight)?),
            Some(tensor_like(grad_bias, bias)?),
        ))
    }
}

/// With the recorded statistics.
pub(super) struct BatchNormEvalOp {
    pub(super) spec: BatchNormSpec,
    pub(super) running_mean: Vec<f32>,
    pub(super) running_var: Vec<f32>,
}

impl CustomOp3 for BatchNormEvalOp {
    fn name(&self) -> &'static str {
        "nin-batch-norm2d-eval"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let BatchNormSpec { eps, activation, .. } = self.spec;
        let weight = slice(weight, weight_layout)?;
        let norm = BatchNorm { eps, activation, weight, bias: slice(bias, bias_layout)? };
        let statistics = Statistics { mean: &self.running_mean, variance: &self.running_var };
        let input = slice(input, input_layout)?;
        let mut output = vec![0.0; input.len()];
        batch_norm::forward_eval(&norm, statistics, input, &mut output);
        Ok((CpuStorage::F32(output), input_layout.shape().clone()))
    }

    /// The statistics are constants here.
    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        output: &Tensor,
        grad_output: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut grad_input = before_activation(self.spec.activation, output, grad_output)?;
        let channels = weight.elem_count();
        let inv_std: Vec<f32> = self
            .running_var
            .iter()
            .map(|&variance| (1.0 / (f64::from(variance) + self.spec.eps).sqrt()) as f32)
            .collect();
        let (values, factors) = (numbers(input)?, numbers(weight)?);
        let (mut grad_weight, mut grad_bias) = (vec![0.0_f64; channels], vec![0.0_f64; channels]);
        for (index, grad) in grad_input.iter_mut().enumerate() {
            let channel = index % channels;
            let normalised = (values[index] - self.running_mean[channel]) * inv_std[channel];
            grad_weight[channel] += f64::from(*grad * normalised);
            grad_bias[channel] += f64::from(*grad);
            *grad *= factors[channel] * inv_std[channel];
        }
        let narrow = |sums: Vec<f64>| sums.into_iter().map(|sum| sum as f32).collect();
        Ok((
            Some(tensor_like(grad_input, input)?),
            Some(tensor_like(narrow(grad_weight), weight)?),
            Some(tensor_like(narrow(grad_bias), bias)?),
        ))
    }
}
