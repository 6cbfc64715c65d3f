//! One normalisation with its numbers and the truth.

use nin_benches::check::{KINK, assert_close};
use nin_benches::layers;
use nin_benches::numbers::{random, widen};
use nin_kernels::Activation;
use nin_kernels::batch_norm::reference::{self, Layer};
use nin_kernels::batch_norm::{self, BatchNorm, Gradients, Statistics, StatisticsMut};

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

/// Buffers of a layer, forward and backward.
pub(crate) struct Case {
    pub(crate) nhwc: [usize; 4],
    pub(crate) input: Vec<f32>,
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    pub(crate) grad_output: Vec<f32>,
    output: Vec<f32>,
    mean: Vec<f32>,
    variance: Vec<f32>,
    running_mean: Vec<f32>,
    running_variance: Vec<f32>,
    grad_input: Vec<f32>,
    grad_weight: Vec<f32>,
    grad_bias: Vec<f32>,
}

impl Case {
    pub(crate) fn new([height, width, channels]: [usize; 3]) -> Self {
        let nhwc = [layers::batch(), height, width, channels];
        let len = nhwc.iter().product();
        let poisoned = |len| vec![f32::NAN; len];
        let mut case = Self {
            nhwc,
            input: random(len, 1),
            weight: random(channels, 2),
            bias: random(channels, 3),
            grad_output: random(len, 4),
            output: poisoned(len),
            mean: poisoned(channels),
            variance: poisoned(channels),
            running_mean: vec![0.0; channels],
            running_variance: vec![1.0; channels],
            grad_input: poisoned(len),
            grad_weight: poisoned(channels),
            grad_bias: poisoned(channels),
        };
        let before_relu = case.true_output_before_relu();
        for (grad, value) in case.grad_output.iter_mut().zip(before_relu) {
            if value.abs() < KINK {
                *grad = 0.0;
            }
        }
        case
    }

    /// Has run forward and backward once.
    pub(crate) fn checked(size: [usize; 3]) -> Self {
        let mut case = Self::new(size);
        case.forward();
        case.backward();
        assert_close("ours, output", &case.output, &case.true_output());
        let [input, weight, bias] = case.true_gradients();
        assert_close("ours, grad_input", &case.grad_input, &input);
        assert_close("ours, grad_weight", &case.grad_weight, &weight);
        assert_close("ours, grad_bias", &case.grad_bias, &bias);
        case
    }

    pub(crate) fn forward(&mut self) {
        let Self { input, weight, bias, output, mean, variance, .. } = self;
        let norm = BatchNorm { eps: EPS, activation: Activation::Relu, weight, bias };
        batch_norm::forward_train(&norm, input, output, StatisticsMut { mean, variance });
        let running =
            StatisticsMut { mean: &mut self.running_mean, variance: &mut self.running_variance };
        let rows = input.len() / mean.len();
        batch_norm::update_running(MOMENTUM, rows, Statistics { mean, variance }, running)
            .expect("a valid momentum and many rows");
    }

    pub(crate) fn backward(&mut self) {
        let Self { input, weight, bias, output, grad_output, mean, variance, .. } = self;
        let norm = BatchNorm { eps: EPS, activation: Activation::Relu, weight, bias };
        let gradients = Gradients {
            input: &mut self.grad_input,
            weight: &mut self.grad_weight,
            bias: &mut self.grad_bias,
        };
        // Zeros stay zeros in later runs.
        Activation::Relu.backward_in_place(output, grad_output);
        let saved = Statistics { mean, variance };
        batch_norm::backward(&norm, saved, input, grad_output, gradients);
    }

    pub(crate) fn true_output(&self) -> Vec<f64> {
        self.true_output_before_relu().into_iter().map(|value| value.max(0.0)).collect()
    }

    fn true_output_before_relu(&self) -> Vec<f64> {
        let (weight, bias, input) = (widen(&self.weight), widen(&self.bias), widen(&self.input));
        let (mean, variance) = reference::statistics(weight.len(), &input);
        let layer = Layer { eps: EPS, weight: &weight, bias: &bias };
        reference::forward(layer, &mean, &variance, &input)
    }

    /// By input, weight and bias.
    pub(crate) fn true_gradients(&self) -> [Vec<f64>; 3] {
        let (weight, bias) = (widen(&self.weight), widen(&self.bias));
        let mut grad_output = widen(&self.grad_output);
        for (grad, output) in grad_output.iter_mut().zip(self.true_output()) {
            if output <= 0.0 {
                *grad = 0.0;
            }
        }
        let layer = Layer { eps: EPS, weight: &weight, bias: &bias };
        reference::backward(layer, &widen(&self.input), &grad_output)
    }
}
