//! A convolution of ours with everything that it reads and writes.

use nin_kernels::Activation;
use nin_kernels::conv2d::{Conv2d, Conv2dShape, ConvSettings, Gradients, Inputs, Saved};

use crate::numbers::random;

/// Operands with random numbers, results with NaN until they are computed, all
/// channels-last as [`nin_kernels::conv2d`] has them.
pub struct Convolution {
    conv: Conv2d,
    /// `[N, H, W, I]`
    pub input: Vec<f32>,
    /// `[O, k, k, I]`
    pub weight: Vec<f32>,
    /// `[O]`
    pub bias: Vec<f32>,
    /// By the output, `[N, H', W', O]`.
    pub grad_output: Vec<f32>,
    /// `[N, H', W', O]`
    pub output: Vec<f32>,
    /// As the input.
    pub grad_input: Vec<f32>,
    /// As the weight.
    pub grad_weight: Vec<f32>,
    /// As the bias.
    pub grad_bias: Vec<f32>,
    packed: Vec<f32>,
    scratch: Vec<f32>,
}

impl Convolution {
    /// With the default settings; the weight is packed.
    pub fn new(shape: Conv2dShape) -> Self {
        let conv = Conv2d::new(shape, ConvSettings::default());
        let poisoned = |len| vec![f32::NAN; len];
        let mut convolution = Self {
            conv,
            input: random(shape.input_len(), 1),
            weight: random(shape.weight_len(), 2),
            bias: random(shape.out_channels, 3),
            grad_output: random(shape.output_len(), 4),
            output: poisoned(shape.output_len()),
            grad_input: poisoned(shape.input_len()),
            grad_weight: poisoned(shape.weight_len()),
            grad_bias: poisoned(shape.out_channels),
            packed: poisoned(conv.packed_len()),
            scratch: poisoned(conv.scratch_len()),
        };
        convolution.pack();
        convolution
    }

    /// The sizes.
    pub fn shape(&self) -> &Conv2dShape {
        self.conv.shape()
    }

    /// Brings the weight into the form that the forward pass reads.
    pub fn pack(&mut self) {
        self.conv.pack(&self.weight, &mut self.packed, &mut self.scratch);
    }

    /// Writes the output.
    pub fn forward(&mut self, activation: Activation) {
        let Self { conv, input, packed, bias, output, scratch, .. } = self;
        conv.forward(activation, Inputs { input, packed, bias }, output, scratch);
    }

    /// Writes the gradients by input, weight and bias, of which `grad_output` is
    /// the one before the activation.
    pub fn backward(&mut self) {
        let input_activation = Activation::None;
        let saved = Saved { input: &self.input, input_activation, weight: &self.weight };
        let gradients = Gradients {
            input: Some(&mut self.grad_input),
            weight: &mut self.grad_weight,
            bias: &mut self.grad_bias,
        };
        self.conv.backward(saved, &self.grad_output, gradients, &mut self.scratch);
    }
}
