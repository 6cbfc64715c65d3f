//! The same convolution by candle's own operations, in N, C, H, W.

use candle_core::{Device, Result, Tensor, Var};
use nin_benches::check::assert_close;
use nin_benches::peer::{from_channels_last, to_channels_last};
use nin_kernels::Window;

use crate::case::Case;

/// Convolution, bias and ReLU.
pub(crate) struct Forward {
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    window: Window,
}

impl Forward {
    fn new(case: &Case) -> Result<Self> {
        let shape = &case.shape;
        let window = shape.window;
        let input = [shape.batch, shape.in_height, shape.in_width, shape.in_channels];
        let weight =
            [shape.out_channels, window.kernel_size, window.kernel_size, shape.in_channels];
        Ok(Self {
            input: from_channels_last(&case.convolution.input, input)?,
            weight: from_channels_last(&case.convolution.weight, weight)?,
            bias: Tensor::from_slice(
                &case.convolution.bias,
                (1, shape.out_channels, 1, 1),
                &Device::Cpu,
            )?,
            window,
        })
    }

    pub(crate) fn checked(case: &Case) -> Self {
        let forward = Self::new(case).expect("the sizes of the case");
        let output = forward.run().and_then(|output| to_channels_last(&output));
        case.check_output("candle", &output.expect("a valid convolution"));
        forward
    }

    pub(crate) fn run(&self) -> Result<Tensor> {
        let Window { stride, padding, .. } = self.window;
        let output = self.input.conv2d(&self.weight, padding, stride, 1, 1)?;
        output.broadcast_add(&self.bias)?.relu()
    }
}

/// The gradients by input, weight and bias of a forward pass done before.
pub(crate) struct Backward {
    variables: [Var; 3],
    /// Σ output · grad_output, whose gradient by the output is `grad_output`.
    loss: Tensor,
}

impl Backward {
    fn new(case: &Case) -> Result<Self> {
        let shape = &case.shape;
        let mut forward = Forward::new(case)?;
        let variables = [
            Var::from_tensor(&forward.input)?,
            Var::from_tensor(&forward.weight)?,
            Var::from_tensor(&forward.bias)?,
        ];
        [forward.input, forward.weight, forward.bias] =
            variables.each_ref().map(|variable| variable.as_tensor().clone());
        let output = [shape.batch, shape.out_height(), shape.out_width(), shape.out_channels];
        let grad_output = from_channels_last(&case.convolution.grad_output, output)?;
        let loss = (forward.run()? * grad_output)?.sum_all()?;
        Ok(Self { variables, loss })
    }

    pub(crate) fn checked(case: &Case) -> Self {
        let backward = Self::new(case).expect("the sizes of the case");
        let [input, weight, bias] = backward.run().expect("a valid convolution");
        let truth = case.true_gradients();
        for (name, gradient, truth) in [
            ("candle, grad_input", input, truth.input),
            ("candle, grad_weight", weight, truth.weight),
            ("candle, grad_bias", bias, truth.bias),
        ] {
            let gradient = to_channels_last(&gradient).expect("four axes");
            assert_close(name, &gradient, &truth);
        }
        backward
    }

    pub(crate) fn run(&self) -> Result<[Tensor; 3]> {
        let gradients = self.loss.backward()?;
        Ok(self.variables.each_ref().map(|variable| {
            gradients.get(variable).expect("the loss depends on every variable").clone()
        }))
    }
}
