//! A layer as a step of a planned engine on the CPU.

use nin_kernels::{Activation, Buffer};

use super::{Parameter, TrainStep};
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

impl<'a> Context<'a> {
    pub(crate) fn new(
        mode: Mode,
        layer: usize,
        input_shape: [usize; 4],
        step: &TrainStep,
        scratch: &'a mut Buffer,
    ) -> Self {
        Self { mode, input_shape, layer, seed: step.seed, step: step.step, scratch }
    }

    /// `len` floats that may hold anything; kept from step to step.
    pub(crate) fn scratch(&mut self, len: usize) -> &mut [f32] {
        self.scratch.grow(len);
        &mut self.scratch[..len]
    }
}

/// What a backward pass reads and writes, all channels-last.
pub(crate) struct BackwardPass<'a> {
    pub(crate) input: &'a [f32],
    /// The function that the layer before applied last: `input` is its values.
    pub(crate) input_activation: Activation,
    pub(crate) output: &'a [f32],
    /// Before the layer's own [`activation`](Node::activation). May be changed.
    pub(crate) grad_output: &'a mut [f32],
    /// Written in full where asked for, see
    /// [`applies_input_activation`](Node::applies_input_activation).
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

    /// The function that the forward pass applies last.
    fn activation(&self) -> Activation {
        Activation::None
    }

    /// Whether the gradient by the input that [`backward`](Self::backward)
    /// writes already is the one before [`BackwardPass::input_activation`].
    /// Otherwise it is the one after it, and the engine goes through it.
    fn applies_input_activation(&self) -> bool {
        false
    }

    /// Writes the parameters' gradients and, where asked for, the input's.
    fn backward(
        &mut self,
        context: &mut Context<'_>,
        pass: BackwardPass<'_>,
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
