//! One product as a 1×1 convolution, and the truth for a sample of its rows.

use nin_benches::check::{assert_close, sample};
use nin_benches::numbers::random;
use nin_kernels::Activation;
use nin_kernels::conv2d::{Conv2d, Conv2dShape, ConvSettings, Gradients, Inputs, Saved};

/// Buffers of a product and of its gradients.
pub(crate) struct Case {
    conv: Conv2d,
    /// `[rows, I]`
    pub(crate) input: Vec<f32>,
    /// `[O, I]`
    pub(crate) weight: Vec<f32>,
    /// `[rows, O]`
    pub(crate) grad_output: Vec<f32>,
    /// 0, which our convolution adds.
    bias: Vec<f32>,
    output: Vec<f32>,
    grad_input: Vec<f32>,
    grad_weight: Vec<f32>,
    grad_bias: Vec<f32>,
    packed: Vec<f32>,
    scratch: Vec<f32>,
}

impl Case {
    pub(crate) fn new(shape: Conv2dShape) -> Self {
        let conv = Conv2d::new(shape, ConvSettings::default());
        let poisoned = |len| vec![f32::NAN; len];
        let mut case = Self {
            conv,
            input: random(shape.input_len(), 1),
            weight: random(shape.weight_len(), 2),
            grad_output: random(shape.output_len(), 3),
            bias: vec![0.0; shape.out_channels],
            output: poisoned(shape.output_len()),
            grad_input: poisoned(shape.input_len()),
            grad_weight: poisoned(shape.weight_len()),
            grad_bias: poisoned(shape.out_channels),
            packed: poisoned(conv.packed_len()),
            scratch: poisoned(conv.scratch_len()),
        };
        conv.pack(&case.weight, &mut case.packed, &mut case.scratch);
        case
    }

    /// Rows of the input, I and O.
    pub(crate) fn sizes(&self) -> [usize; 3] {
        let Conv2dShape { in_channels, out_channels, .. } = *self.conv.shape();
        [self.input.len() / in_channels, in_channels, out_channels]
    }

    /// `[I, O]`
    pub(crate) fn weight_transposed(&self) -> Vec<f32> {
        let [_, in_channels, _] = self.sizes();
        let column = |channel| self.weight.iter().skip(channel).step_by(in_channels).copied();
        (0..in_channels).flat_map(column).collect()
    }

    pub(crate) fn checked_forward(shape: Conv2dShape) -> Self {
        let mut case = Self::new(shape);
        case.forward();
        case.check_output("ours", &case.output);
        case
    }

    pub(crate) fn checked_backward(shape: Conv2dShape) -> Self {
        let mut case = Self::new(shape);
        case.backward();
        case.check_gradients("ours", &case.grad_input, &case.grad_weight);
        case
    }

    pub(crate) fn forward(&mut self) {
        let Self { conv, input, packed, bias, output, scratch, .. } = self;
        conv.forward(Activation::None, Inputs { input, packed, bias }, output, scratch);
    }

    /// The gradients by input and weight, and that by the bias with them.
    pub(crate) fn backward(&mut self) {
        let input_activation = Activation::None;
        let saved = Saved { input: &self.input, input_activation, weight: &self.weight };
        let gradients = Gradients {
            input: Some(&mut self.grad_input),
            weight: &mut self.grad_weight,
            bias: &mut self.grad_bias,
        };
        self.conv.backward(saved, &self.grad_output, gradients, &mut self.scratch);
    }

    /// output = input · weightᵀ
    pub(crate) fn check_output(&self, name: &str, output: &[f32]) {
        let [rows, in_channels, out_channels] = self.sizes();
        let input = |row, channel| self.input[row * in_channels + channel];
        let weight = self.weight_transposed();
        let sizes = [rows, in_channels, out_channels];
        check_rows(&format!("{name}, output"), output, input, &weight, sizes);
    }

    /// grad_input = grad_output · weight, grad_weight = grad_outputᵀ · input
    pub(crate) fn check_gradients(&self, name: &str, grad_input: &[f32], grad_weight: &[f32]) {
        let [rows, in_channels, out_channels] = self.sizes();
        let grad = |row, channel| self.grad_output[row * out_channels + channel];
        let sizes = [rows, out_channels, in_channels];
        check_rows(&format!("{name}, grad_input"), grad_input, grad, &self.weight, sizes);
        let transposed = |channel, row| grad(row, channel);
        let sizes = [out_channels, rows, in_channels];
        check_rows(&format!("{name}, grad_weight"), grad_weight, transposed, &self.input, sizes);
    }
}

/// Holds a sample of the rows of `product` against left · right in f64, which
/// has `[rows, inner, columns]` to go through.
fn check_rows(
    name: &str,
    product: &[f32],
    left: impl Fn(usize, usize) -> f32,
    right: &[f32],
    [rows, inner, columns]: [usize; 3],
) {
    assert_eq!(product.len(), rows * columns, "{name}");
    for row in sample(rows) {
        let mut truth = vec![0.0; columns];
        for (index, right) in right.chunks_exact(columns).take(inner).enumerate() {
            let left = f64::from(left(row, index));
            for (sum, &right) in truth.iter_mut().zip(right) {
                *sum += left * f64::from(right);
            }
        }
        assert_close(name, &product[row * columns..][..columns], &truth);
    }
}
