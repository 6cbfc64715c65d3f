//! Batch norm in the engine of a card.

use nin_kernels::batch_norm::unbiased;
use nin_kernels_cuda::batch_norm::{self, BatchNorm, Gradients, StatisticsMut};
use nin_kernels_cuda::update::Verdict;
use nin_kernels_cuda::{Buffer, Device, View, ViewMut};

use super::BatchNormSpec;
use crate::engine::cuda::{BackwardPass, Context, ForBackward, Node, Parameters};
use crate::{LayerError, Mode};

pub(crate) struct CudaBatchNorm<D: Device> {
    spec: BatchNormSpec,
    /// The places of weight, bias, running mean and running variance.
    weight: usize,
    bias: usize,
    running_mean: usize,
    running_var: usize,
    /// Mean, variance and reciprocal deviation of the batch.
    mean: Buffer<f32, D>,
    variance: Buffer<f32, D>,
    inv_std: Buffer<f32, D>,
    /// What makes the batch's variance unbiased.
    unbiased: f64,
}

impl<D: Device> CudaBatchNorm<D> {
    /// The parameters begin at this place, as [`BatchNormSpec::parameters`] lists
    /// them.
    pub(crate) fn new(spec: BatchNormSpec, first: usize) -> Self {
        Self {
            spec,
            weight: first,
            bias: first + 1,
            running_mean: first + 2,
            running_var: first + 3,
            mean: Buffer::new(),
            variance: Buffer::new(),
            inv_std: Buffer::new(),
            unbiased: 1.0,
        }
    }
}

impl<D: Device> Node<D> for CudaBatchNorm<D> {
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        let (device, channels) = (context.device, context.input_shape[1]);
        let BatchNormSpec { eps, activation, .. } = self.spec;
        for buffer in [&mut self.mean, &mut self.variance, &mut self.inv_std] {
            buffer.grow(device, channels)?;
        }
        let inv_std = self.inv_std.view_mut(channels);
        let mean = match context.mode {
            Mode::Train => {
                self.unbiased = unbiased(input.len() / channels)?;
                let statistics = StatisticsMut {
                    mean: self.mean.view_mut(channels),
                    variance: self.variance.view_mut(channels),
                    inv_std,
                };
                batch_norm::of_batch(device, eps, input, statistics, context.scratch)?;
                self.mean.view(channels)
            }
            Mode::Eval => {
                let variance = context.parameters.value(self.running_var);
                batch_norm::inverse_deviation(device, eps, variance, inv_std)?;
                context.parameters.value(self.running_mean)
            }
        };
        let [weight, bias] = [self.weight, self.bias].map(|place| context.parameters.value(place));
        let inv_std = self.inv_std.view(channels);
        let norm = BatchNorm { activation, mean, inv_std, weight, bias };
        Ok(batch_norm::forward(device, &norm, input, output)?)
    }

    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError> {
        let channels = context.input_shape[1];
        let places = [self.weight, self.bias];
        let ForBackward { values: [weight, bias], grads: [by_weight, by_bias] } =
            context.parameters.for_backward(places, places);
        let norm = BatchNorm {
            activation: self.spec.activation,
            mean: self.mean.view(channels),
            inv_std: self.inv_std.view(channels),
            weight,
            bias,
        };
        let BackwardPass { input, output, grad_output, grad_input } = pass;
        let gradients = Gradients { weight: by_weight, bias: by_bias, input: grad_input };
        let saved = [input, output];
        let scratch = &mut *context.scratch;
        Ok(batch_norm::backward(context.device, &norm, saved, grad_output, gradients, scratch)?)
    }

    fn commit(
        &mut self,
        device: &D,
        parameters: &mut Parameters<D>,
        verdict: &Verdict<D>,
    ) -> Result<(), LayerError> {
        for (place, batch, factor) in [
            (self.running_mean, &self.mean, 1.0),
            (self.running_var, &self.variance, self.unbiased),
        ] {
            let running = parameters.value_mut(place);
            let batch = batch.view(running.len());
            let momentum = self.spec.momentum;
            batch_norm::update_running(device, momentum, factor, batch, running, verdict)?;
        }
        Ok(())
    }
}
