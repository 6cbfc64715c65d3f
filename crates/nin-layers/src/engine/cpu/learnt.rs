//! What an engine has learnt, as tensors by name and back.

use nin_kernels::Buffer;

use super::CpuEngine;
use crate::engine::Parameter;
use crate::{LayerError, StateDict, state};

/// Numbers that a parameter has in some engines and at some times only.
type Slot = fn(&mut Parameter) -> &mut Option<Buffer>;

impl CpuEngine {
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.nodes.iter().flat_map(|node| node.parameters())
    }

    pub(super) fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter> {
        self.nodes.iter_mut().flat_map(|node| node.parameters_mut())
    }

    /// The numbers that `get` finds, under their parameters' names.
    pub(super) fn to_state_dict(
        &self,
        get: impl Fn(&Parameter) -> Option<&Buffer>,
    ) -> Result<StateDict, LayerError> {
        self.parameters()
            .filter_map(|parameter| Some((parameter, get(parameter)?)))
            .map(|(parameter, numbers)| {
                Ok((parameter.name.clone(), state::to_tensor(numbers, &parameter.spec)?))
            })
            .collect()
    }

    /// The numbers in `state` for the parameters that are `wanted`, in order.
    pub(super) fn numbers_in(
        &self,
        state: &StateDict,
        wanted: impl Fn(&Parameter) -> bool,
    ) -> Result<Vec<Vec<f32>>, LayerError> {
        let wanted = self.parameters().filter(|parameter| wanted(parameter));
        state::to_kernel_order(state, wanted.map(|parameter| (&*parameter.name, &parameter.spec)))
    }

    /// Fills the slots of the parameters that are `wanted` from `state`, or
    /// empties all where it is empty.
    pub(super) fn fill(
        &mut self,
        slot: Slot,
        state: &StateDict,
        wanted: impl Fn(&Parameter) -> bool,
    ) -> Result<(), LayerError> {
        if state.is_empty() {
            self.parameters_mut().for_each(|parameter| *slot(parameter) = None);
            return Ok(());
        }
        let values = self.numbers_in(state, &wanted)?;
        let filled = self.parameters_mut().filter(|parameter| wanted(parameter));
        for (parameter, value) in filled.zip(values) {
            *slot(parameter) = Some(Buffer::from(&*value));
        }
        Ok(())
    }

    /// Puts the averages in the weights' place, or back.
    pub(super) fn swap_averages(&mut self) -> Result<(), LayerError> {
        if let Some(parameter) = self.parameters().find(|parameter| parameter.average.is_none()) {
            return Err(LayerError::no_average_of(&parameter.name));
        }
        self.parameters_mut().for_each(Parameter::swap_average);
        Ok(())
    }
}
