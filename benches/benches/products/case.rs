//! One product as a 1×1 convolution, and the truth for a sample of its rows.

use nin_benches::check::{assert_close, sample};
use nin_benches::convolution::Convolution;
use nin_kernels::Activation;
use nin_kernels::conv2d::Conv2dShape;

/// A product and its gradients.
pub(crate) struct Case {
    /// `input` is `[rows, I]`, `weight` `[O, I]`, `output` `[rows, O]`.
    pub(crate) convolution: Convolution,
}

impl Case {
    pub(crate) fn new(shape: Conv2dShape) -> Self {
        let mut convolution = Convolution::new(shape);
        // A product has none, but our convolution adds it.
        convolution.bias.fill(0.0);
        Self { convolution }
    }

    /// Rows of the input, I and O.
    pub(crate) fn sizes(&self) -> [usize; 3] {
        let Conv2dShape { in_channels, out_channels, .. } = *self.convolution.shape();
        [self.convolution.input.len() / in_channels, in_channels, out_channels]
    }

    /// `[I, O]`
    pub(crate) fn weight_transposed(&self) -> Vec<f32> {
        let [_, in_channels, _] = self.sizes();
        let column =
            |channel| self.convolution.weight.iter().skip(channel).step_by(in_channels).copied();
        (0..in_channels).flat_map(column).collect()
    }

    pub(crate) fn checked_forward(shape: Conv2dShape) -> Self {
        let mut case = Self::new(shape);
        case.forward();
        case.check_output("ours", &case.convolution.output);
        case
    }

    pub(crate) fn checked_backward(shape: Conv2dShape) -> Self {
        let mut case = Self::new(shape);
        case.backward();
        let Convolution { grad_input, grad_weight, .. } = &case.convolution;
        case.check_gradients("ours", grad_input, grad_weight);
        case
    }

    pub(crate) fn forward(&mut self) {
        self.convolution.forward(Activation::None);
    }

    /// The gradients by input and weight, and that by the bias with them.
    pub(crate) fn backward(&mut self) {
        self.convolution.backward();
    }

    /// output = input · weightᵀ
    pub(crate) fn check_output(&self, name: &str, output: &[f32]) {
        let [rows, in_channels, out_channels] = self.sizes();
        let input = |row, channel| self.convolution.input[row * in_channels + channel];
        let weight = self.weight_transposed();
        let sizes = [rows, in_channels, out_channels];
        check_rows(&format!("{name}, output"), output, input, &weight, sizes);
    }

    /// grad_input = grad_output · weight, grad_weight = grad_outputᵀ · input
    pub(crate) fn check_gradients(&self, name: &str, grad_input: &[f32], grad_weight: &[f32]) {
        let [rows, in_channels, out_channels] = self.sizes();
        let grad = |row, channel| self.convolution.grad_output[row * out_channels + channel];
        let sizes = [rows, out_channels, in_channels];
        check_rows(
            &format!("{name}, grad_input"),
            grad_input,
            grad,
            &self.convolution.weight,
            sizes,
        );
        let transposed = |channel, row| grad(row, channel);
        let sizes = [out_channels, rows, in_channels];
        check_rows(
            &format!("{name}, grad_weight"),
            grad_weight,
            transposed,
            &self.convolution.input,
            sizes,
        );
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
