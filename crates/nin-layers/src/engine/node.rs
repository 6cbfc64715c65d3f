//! A layer as a step of a planned engine on the CPU.

use nin_kernels::Buffer;

use super::Parameter;
use crate::{LayerError, Mode};

/// Where and when a layer runs.
pub(crate) struct Context<'a> {
    pub(crate) mode: Mode,
    /// N, C, H, W of the layer's input.
    pub(crate) input_shape: [usize; 4],
    /// The layer's place in the chain.
    pub(crate) layer: usize,
    /// The run's seed.
    pub(crate) seed: u64,
    /// The training step.
    pub(crate) step: u64,
    pub(crate) scratch: &'a mut Buffer,
}

impl Context<'_> {
    /// `len` floats that may hold anything; kept from step to step.
    pub(crate) fn scratch(&mut self, len: usize) -> &mut [f32] {
        self.scratch.grow(len);
        &mut self.scratch[..len]
    }
}

/// What a backward pass reads and writes, all channels-last.
pub(crate) struct Gradients<'a> {
    pub(crate) input: &'a [f32],
    pub(crate) output: &'a [f32],
    /// May be changed.
    pub(crate) grad_output: &'a mut [f32],
    /// Written in full where asked for.
    pub(crate) grad_input: Option<&'a mut [f32]>,
}

/// A layer with its parameters and what it keeps between the passes.
pub(crate) trait Node: Send {
    /// Writes all of `output`.
    fn forward(
        &mut self,
        context: &mut Context<'_>,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), LayerError>;

    /// Writes the parameters' gradients and, where asked for, the input's.
    fn backward(
        &mut self,
        context: &mut Context<'_>,
        gradients: Gradients<'_>,
    ) -> Result<(), LayerError>;

    /// Takes over what the forward pass recorded in training, once the whole
    /// step has succeeded.
    fn commit(&mut self) {}

    fn parameters(&self) -> &[Parameter] {
        &[]
    }

    fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut []
    }
}
