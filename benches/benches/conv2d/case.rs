//! One convolution with its numbers, and the truth for a slice of it.

use nin_benches::check::{KINK, assert_close};
use nin_benches::convolution::Convolution;
use nin_benches::numbers::{random, widen};
use nin_kernels::Activation;
use nin_kernels::conv2d::{self, Conv2dShape};

/// Channels of the output whose truth is worked out, for the first image only:
/// the plain loops would need minutes for all.
const CHECKED_CHANNELS: usize = 3;

/// A convolution, forward and backward.
pub(crate) struct Case {
    pub(crate) shape: Conv2dShape,
    /// Its gradient by the output is 0 outside of the checked slice, so that the
    /// whole gradients are known.
    pub(crate) convolution: Convolution,
}

/// What a backward pass must give.
pub(crate) struct TrueGradients {
    pub(crate) input: Vec<f64>,
    pub(crate) weight: Vec<f64>,
    pub(crate) bias: Vec<f64>,
}

impl Case {
    pub(crate) fn new(shape: Conv2dShape) -> Self {
        let mut case = Self { shape, convolution: Convolution::new(shape) };
        case.convolution.grad_output.fill(0.0);
        case.fill_slice_of_grad_output();
        case
    }

    fn fill_slice_of_grad_output(&mut self) {
        let slice = self.slice();
        let before_relu = self.true_output_before_relu();
        let grads = random(slice.output_len(), 4);
        for (index, (grad, value)) in grads.into_iter().zip(before_relu).enumerate() {
            let (pixel, channel) = (index / slice.out_channels, index % slice.out_channels);
            if value.abs() > KINK {
                self.convolution.grad_output[pixel * self.shape.out_channels + channel] = grad;
            }
        }
    }

    pub(crate) fn checked_forward(shape: Conv2dShape) -> Self {
        let mut case = Self::new(shape);
        case.forward();
        case.check_output("ours", &case.convolution.output);
        case
    }

    /// Ready for [`Self::backward`], which has run once.
    pub(crate) fn checked_backward(shape: Conv2dShape) -> Self {
        let mut case = Self::checked_forward(shape);
        case.backward();
        let (truth, ours) = (case.true_gradients(), &mut case.convolution);
        assert_close("ours, grad_input", &ours.grad_input, &truth.input);
        assert_close("ours, grad_weight", &ours.grad_weight, &truth.weight);
        assert_close("ours, grad_bias", &ours.grad_bias, &truth.bias);
        // A full gradient from here on, lest zeros make the work easier.
        ours.grad_output = random(shape.output_len(), 4);
        case
    }

    pub(crate) fn forward(&mut self) {
        self.convolution.pack();
        self.convolution.forward(Activation::Relu);
    }

    pub(crate) fn backward(&mut self) {
        let Convolution { output, grad_output, .. } = &mut self.convolution;
        // Zeros stay zeros in later runs.
        Activation::Relu.backward_in_place(output, grad_output);
        self.convolution.backward();
    }

    /// Input, weight, bias and gradient by the output in f64.
    pub(crate) fn widened(&self) -> [Vec<f64>; 4] {
        [
            &self.convolution.input,
            &self.convolution.weight,
            &self.convolution.bias,
            &self.convolution.grad_output,
        ]
        .map(|values| widen(values))
    }

    /// Holds the slice of a whole output against the truth.
    pub(crate) fn check_output(&self, name: &str, output: &[f32]) {
        assert_eq!(output.len(), self.shape.output_len(), "{name}");
        let slice = self.slice_of_output(output);
        assert_close(&format!("{name}, output"), &slice, &self.true_output());
    }

    /// The gradients by everything, given the gradient by the output.
    pub(crate) fn true_gradients(&self) -> TrueGradients {
        let slice = self.slice();
        let mut grad_output = widen(&self.slice_of_output(&self.convolution.grad_output));
        for (grad, output) in grad_output.iter_mut().zip(self.true_output()) {
            if output <= 0.0 {
                *grad = 0.0;
            }
        }
        let (input, weight) = self.inputs_of_slice();
        let (mut input, mut weight, mut bias) =
            conv2d::reference::backward(&slice, &input, &weight, &grad_output);
        input.resize(self.shape.input_len(), 0.0);
        weight.resize(self.shape.weight_len(), 0.0);
        bias.resize(self.shape.out_channels, 0.0);
        TrueGradients { input, weight, bias }
    }

    /// The sizes of the slice: the first image, the first channels.
    fn slice(&self) -> Conv2dShape {
        let shape = &self.shape;
        let input = [1, shape.in_height, shape.in_width, shape.in_channels];
        let out_channels = CHECKED_CHANNELS.min(shape.out_channels);
        Conv2dShape::new(input, out_channels, shape.window).expect("smaller than a valid shape")
    }

    fn inputs_of_slice(&self) -> (Vec<f64>, Vec<f64>) {
        let slice = self.slice();
        (
            widen(&self.convolution.input[..slice.input_len()]),
            widen(&self.convolution.weight[..slice.weight_len()]),
        )
    }

    fn true_output(&self) -> Vec<f64> {
        self.true_output_before_relu().into_iter().map(|value| value.max(0.0)).collect()
    }

    fn true_output_before_relu(&self) -> Vec<f64> {
        let slice = self.slice();
        let (input, weight) = self.inputs_of_slice();
        let bias = widen(&self.convolution.bias[..slice.out_channels]);
        conv2d::reference::forward(&slice, &input, &weight, &bias)
    }

    fn slice_of_output(&self, output: &[f32]) -> Vec<f32> {
        let slice = self.slice();
        let pixels = output.chunks_exact(self.shape.out_channels);
        pixels
            .take(slice.out_height() * slice.out_width())
            .flat_map(|pixel| &pixel[..slice.out_channels])
            .copied()
            .collect()
    }
}
