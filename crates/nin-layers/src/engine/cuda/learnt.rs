//! What an engine has learnt, as tensors by name and back.

use nin_kernels_cuda::{Buffer, Device};

use super::parameters::{Entry, Parameters, Slot};
use crate::{LayerError, StateDict, state};

impl<D: Device> Parameters<D> {
    pub(super) fn weights(&self, device: &D) -> Result<StateDict, LayerError> {
        self.to_state_dict(device, &self.values, self.len, |_| true)
    }

    pub(super) fn load_weights(
        &mut self,
        device: &D,
        weights: &StateDict,
    ) -> Result<(), LayerError> {
        let values = self.numbers_in(weights, self.len, |_| true)?;
        Ok(self.values.upload(device, &values)?)
    }

    pub(super) fn momentum(&self, device: &D) -> Result<StateDict, LayerError> {
        let Slot { buffer, is_set } = &self.momentum;
        self.to_state_dict(device, buffer, self.trained_len, |entry| *is_set && is_trained(entry))
    }

    pub(super) fn load_momentum(
        &mut self,
        device: &D,
        momentum: &StateDict,
    ) -> Result<(), LayerError> {
        if !momentum.is_empty() {
            let values = self.numbers_in(momentum, self.trained_len, is_trained)?;
            self.momentum.buffer.upload(device, &values)?;
        }
        self.momentum.is_set = !momentum.is_empty();
        Ok(())
    }

    pub(super) fn averages(&self, device: &D) -> Result<StateDict, LayerError> {
        let Slot { buffer, is_set } = &self.averages;
        self.to_state_dict(device, buffer, self.len, |_| *is_set)
    }

    pub(super) fn load_averages(
        &mut self,
        device: &D,
        averages: &StateDict,
    ) -> Result<(), LayerError> {
        if !averages.is_empty() {
            let values = self.numbers_in(averages, self.len, |_| true)?;
            self.averages.buffer.upload(device, &values)?;
        }
        self.averages.is_set = !averages.is_empty();
        Ok(())
    }

    /// The first `len` numbers of `buffer`, under the names of the parameters that
    /// are `wanted`.
    fn to_state_dict(
        &self,
        device: &D,
        buffer: &Buffer<f32, D>,
        len: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<StateDict, LayerError> {
        let wanted: Vec<_> = self.entries.iter().filter(|entry| wanted(entry)).collect();
        if wanted.is_empty() {
            return Ok(StateDict::new());
        }
        let mut numbers = vec![0.0; len];
        buffer.download(device, &mut numbers)?;
        let tensor = |entry: &&Entry| {
            let numbers = &numbers[entry.start..][..entry.spec.len()];
            Ok((entry.name.clone(), state::to_tensor(numbers, &entry.spec)?))
        };
        wanted.iter().map(tensor).collect()
    }

    /// The numbers in `state` for the parameters that are `wanted`, which must all be
    /// there, in their places among `len`.
    fn numbers_in(
        &self,
        state: &StateDict,
        len: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<f32>, LayerError> {
        let wanted: Vec<_> = self.entries.iter().filter(|entry| wanted(entry)).collect();
        let specs = wanted.iter().map(|entry| (&*entry.name, &entry.spec));
        let mut numbers = vec![0.0; len];
        for (entry, values) in wanted.iter().zip(state::to_kernel_order(state, specs)?) {
            numbers[entry.start..][..values.len()].copy_from_slice(&values);
        }
        Ok(numbers)
    }
}

fn is_trained(entry: &Entry) -> bool {
    entry.spec.role.is_trained()
}
