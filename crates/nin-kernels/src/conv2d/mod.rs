//! Two-dimensional convolution (cross-correlation) with bias and activation.
//!
//! output(n, y, x, o) = act(bias(o) + Σ weight(o, ky, kx, i) ·
//! input(n, y·stride + ky − padding, x·stride + kx − padding, i))
//!
//! # Shapes
//!
//! Input `[N, H, W, I]`, weight `[O, k, k, I]` (PyTorch's `channels_last`
//! order of its `[O, I, k, k]`), bias `[O]`, output `[N, H', W', O]` with
//! H' = ⌊(H + 2·padding − k) / stride⌋ + 1 and W' likewise; f32.
//!
//! # Cost
//!
//! N·H'·W'·O·k·k·I multiply-adds forward, the same again for each of the two
//! gradients. 3×3 and 5×5 kernels of stride 1 between many channels need a
//! quarter to a sixth of that, and what tiles at the edge waste (Winograd's
//! algorithm, [`ConvMethod::Fast`]). Scratch without it: a block of patches a
//! task, in the backward pass also a copy of the weight a part of the batch, of
//! which there are at most 16; for bfloat16 a copy of operands in pairs. With
//! it: transformed tiles of an image, of 126 tiles or of 16 MiB, whichever is
//! most; in the backward pass also two sets of transformed kernels, each 2.6
//! (5×5) to 7.1 (3×3) times the weight.
//!
//! # Source
//!
//! Agrees with PyTorch's `torch.nn.functional.conv2d` with zero padding,
//! dilation 1 and one group.
//!
//! ```
//! use nin_kernels::conv2d::{Conv2d, Conv2dShape, Inputs, ConvSettings};
//! use nin_kernels::{Activation, Window};
//!
//! let window = Window { kernel_size: 3, stride: 1, padding: 0 };
//! let conv = Conv2d::new(Conv2dShape::new([1, 3, 4, 1], 1, window)?, ConvSettings::default());
//! let mut scratch = vec![0.0; conv.scratch_len()];
//! let mut packed = vec![0.0; conv.packed_len()];
//! conv.pack(&[1.0; 9], &mut packed, &mut scratch);
//!
//! let inputs = Inputs { input: &[1.0; 12], packed: &packed, bias: &[-10.0] };
//! let mut output = [0.0; 2];
//! conv.forward(Activation::None, inputs, &mut output, &mut scratch);
//! assert_eq!(output, [-1.0, -1.0]);
//! # Ok::<(), nin_kernels::ShapeError>(())
//! ```

mod patches;
pub mod reference;
mod shape;
#[cfg(test)]
mod tests;
mod winograd;

pub use shape::Conv2dShape;

use crate::{Activation, Precision, SimdLevel};
use patches::Patches;
use winograd::Winograd;

/// How convolutions may be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConvMethod {
    /// With as few products as possible: results are as far from the exact
    /// ones as a few more roundings bring them.
    #[default]
    Fast,
    /// Every product of the formula, each sum in f32.
    Exact,
}

/// What a convolution is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvSettings {
    /// Which algorithms may be used.
    pub method: ConvMethod,
    /// What the operands of products are rounded to where no tiles are
    /// transformed, whose rounding would be multiplied: Winograd's algorithm
    /// always multiplies f32.
    pub precision: Precision,
    /// The vector instructions.
    pub level: SimdLevel,
}

impl Default for ConvSettings {
    fn default() -> Self {
        Self {
            method: ConvMethod::default(),
            precision: Precision::default(),
            level: SimdLevel::current(),
        }
    }
}

/// A convolution of a certain size with the algorithm that suits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    shape: Conv2dShape,
    settings: ConvSettings,
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Patches(Patches),
    Winograd(Winograd),
}

/// What the output is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `[N, H, W, I]`.
    pub input: &'a [f32],
    /// The weight as [`Conv2d::pack`] left it.
    pub packed: &'a [f32],
    /// `[O]`.
    pub bias: &'a [f32],
}

/// What the gradients are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Saved<'a> {
    /// The input of the forward pass, `[N, H, W, I]`.
    pub input: &'a [f32],
    /// The function whose values the input is: the gradient by the input is
    /// the one before it. [`Activation::None`] for the gradient by the input
    /// itself.
    pub input_activation: Activation,
    /// The weight, `[O, k, k, I]`.
    pub weight: &'a [f32],
}

/// Where the gradients go. All are overwritten.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// Gradient by the input, `[N, H, W, I]`; `None` where nobody needs it,
    /// as in a network's first layer.
    pub input: Option<&'a mut [f32]>,
    /// Gradient by the weight, `[O, k, k, I]`.
    pub weight: &'a mut [f32],
    /// Gradient by the bias, `[O]`.
    pub bias: &'a mut [f32],
}

impl Conv2d {
    /// Chooses the algorithm.
    pub fn new(shape: Conv2dShape, settings: ConvSettings) -> Self {
        let winograd = match settings.method {
            ConvMethod::Fast => Winograd::choose(&shape),
            ConvMethod::Exact => None,
        };
        let algorithm = match winograd {
            Some(winograd) => Algorithm::Winograd(winograd),
            None => Algorithm::Patches(Patches::new(shape, settings.precision)),
        };
        Self { shape, settings, algorithm }
    }

    /// The sizes.
    pub fn shape(&self) -> &Conv2dShape {
        &self.shape
    }

    /// Floats of the packed weight.
    pub fn packed_len(&self) -> usize {
        match &self.algorithm {
            Algorithm::Patches(patches) => patches.packed_len(),
            Algorithm::Winograd(winograd) => winograd.packed_len(),
        }
    }

    /// Floats of scratch that every pass can do with.
    pub fn scratch_len(&self) -> usize {
        self.pack_scratch_len().max(self.forward_scratch_len()).max(self.backward_scratch_len())
    }

    /// Floats of scratch that [`pack`](Self::pack) needs.
    pub fn pack_scratch_len(&self) -> usize {
        match &self.algorithm {
            Algorithm::Patches(patches) => patches.pack_scratch_len(),
            Algorithm::Winograd(winograd) => winograd.pack_scratch_len(),
        }
    }

    /// Floats of scratch that [`forward`](Self::forward) needs.
    pub fn forward_scratch_len(&self) -> usize {
        match &self.algorithm {
            Algorithm::Patches(patches) => patches.forward_scratch_len(),
            Algorithm::Winograd(winograd) => winograd.forward_scratch_len(),
        }
    }

    /// Floats of scratch that [`backward`](Self::backward) needs.
    pub fn backward_scratch_len(&self) -> usize {
        match &self.algorithm {
            Algorithm::Patches(patches) => patches.backward_scratch_len(),
            Algorithm::Winograd(winograd) => winograd.backward_scratch_len(),
        }
    }

    /// Brings `weight` `[O, k, k, I]` into the form that
    /// [`forward`](Self::forward) reads: once for each change of the weight.
    /// The form depends on sizes and settings, but for the size of the batch.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    pub fn pack(&self, weight: &[f32], packed: &mut [f32], scratch: &mut [f32]) {
        assert_eq!(weight.len(), self.shape.weight_len(), "weight");
        let packed = &mut packed[..self.packed_len()];
        let scratch = &mut scratch[..self.pack_scratch_len()];
        let level = self.settings.level;
        match &self.algorithm {
            Algorithm::Patches(patches) => patches.pack(level, weight, packed, scratch),
            Algorithm::Winograd(winograd) => winograd.pack(level, weight, packed, scratch),
        }
    }

    /// Computes `output = activation(input ∗ weight + bias)`.
    ///
    /// # Shapes
    ///
    /// `output` `[N, H', W', O]`, `scratch` at least
    /// [`forward_scratch_len`](Self::forward_scratch_len). What they held
    /// before does not matter.
    ///
    /// # Panics
    ///
    /// If a slice's length does not fit the shape.
    pub fn forward(
        &self,
        activation: Activation,
        inputs: Inputs<'_>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        assert_eq!(inputs.input.len(), self.shape.input_len(), "input");
        assert!(inputs.packed.len() >= self.packed_len(), "packed weight");
        assert_eq!(inputs.bias.len(), self.shape.out_channels, "bias");
        assert_eq!(output.len(), self.shape.output_len(), "output");
        let inputs = Inputs { packed: &inputs.packed[..self.packed_len()], ..inputs };
        let scratch = &mut scratch[..self.forward_scratch_len()];
        let level = self.settings.level;
        match &self.algorithm {
            Algorithm::Patches(patches) => {
                patches.forward(level, activation, inputs, output, scratch);
            }
            Algorithm::Winograd(winograd) => {
                winograd.forward(level, activation, inputs, output, scratch);
            }
        }
    }

    /// Computes the gradients of a convolution from the gradient by its output
    /// before the activation, which
    /// [`Activation::backward_in_place`] makes of the one after it, and the
    /// backward pass of a following convolution by itself
    /// ([`Saved::input_activation`]).
    ///
    /// # Shapes
    ///
    /// `grad_output` `[N, H', W', O]`; `scratch` at least
    /// [`backward_scratch_len`](Self::backward_scratch_len).
    ///
    /// # Gradient
    ///
    /// With δ = `grad_output` and patch(p) the input numbers under output
    /// pixel p: grad_weight = Σₚ δₚ · patch(p)ᵀ, grad_bias = Σₚ δₚ, and
    /// grad_input adds weightᵀ·δₚ to the places that patch(p) came from. Sums
    /// over the batch have a fixed order, whatever the number of threads.
    ///
    /// # Panics
    ///
    /// If a slice's length does not fit the shape.
    pub fn backward(
        &self,
        saved: Saved<'_>,
        grad_output: &[f32],
        gradients: Gradients<'_>,
        scratch: &mut [f32],
    ) {
        assert_eq!(saved.input.len(), self.shape.input_len(), "input");
        assert_eq!(saved.weight.len(), self.shape.weight_len(), "weight");
        assert_eq!(grad_output.len(), self.shape.output_len(), "grad_output");
        assert_eq!(gradients.weight.len(), self.shape.weight_len(), "grad_weight");
        assert_eq!(gradients.bias.len(), self.shape.out_channels, "grad_bias");
        if let Some(grad_input) = &gradients.input {
            assert_eq!(grad_input.len(), self.shape.input_len(), "grad_input");
        }
        let scratch = &mut scratch[..self.backward_scratch_len()];
        let level = self.settings.level;
        match &self.algorithm {
            Algorithm::Patches(patches) => {
                patches.backward(level, saved, grad_output, gradients, scratch);
            }
            Algorithm::Winograd(winograd) => {
                winograd.backward(level, saved, grad_output, gradients, scratch);
            }
        }
    }
}
