//! A layer as a step of the engine of a card.

use nin_kernels_cuda::update::Verdict;
use nin_kernels_cuda::{Buffer, Device, View, ViewMut};

use super::Parameters;
use crate::{LayerError, Mode};

/// Where and when a layer runs.
pub(crate) struct Context<'a, D: Device> {
    pub(crate) device: &'a D,
    pub(crate) mode: Mode,
    /// N, C, H, W of the layer's input.
    pub(crate) input_shape: [usize; 4],
    /// The layer's place in the chain.
    pub(crate) layer: usize,
    /// The run's seed.
    pub(crate) seed: u64,
    /// The training step.
    pub(crate) step: u64,
    /// Of all layers; a node knows its own by their places.
    pub(crate) parameters: &'a mut Parameters<D>,
    /// May hold anything; kept from step to step.
    pub(crate) scratch: &'a mut Buffer<f32, D>,
}

/// What a backward pass reads and writes, all channels-last.
pub(crate) struct BackwardPass<'a, D> {
    pub(crate) input: View<'a, f32, D>,
    pub(crate) output: View<'a, f32, D>,
    /// By the output. May be changed.
    pub(crate) grad_output: ViewMut<'a, f32, D>,
    /// Written in full where asked for.
    pub(crate) grad_input: Option<ViewMut<'a, f32, D>>,
}

/// A layer with what it keeps between the passes. Unlike on the CPU it goes through
/// its own activation, in the pass that sums the gradient by its bias.
pub(crate) trait Node<D: Device>: Send {
    /// Writes all of `output`.
    fn forward(
        &mut self,
        context: &mut Context<'_, D>,
        input: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError>;

    /// Writes the parameters' gradients and, where asked for, the input's.
    fn backward(
        &mut self,
        context: &mut Context<'_, D>,
        pass: BackwardPass<'_, D>,
    ) -> Result<(), LayerError>;

    /// Takes over what the forward pass recorded in training, unless the step has
    /// failed.
    fn commit(
        &mut self,
        _device: &D,
        _parameters: &mut Parameters<D>,
        _verdict: &Verdict<D>,
    ) -> Result<(), LayerError> {
        Ok(())
    }
}
