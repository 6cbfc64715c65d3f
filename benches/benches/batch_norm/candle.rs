//! The same normalisation by candle's own layer, in N, C, H, W.

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::BatchNorm;
use nin_benches::check::assert_close;
use nin_benches::peer::{from_channels_last, to_channels_last};

use crate::case::Case;

/// Normalisation in training and ReLU.
pub(crate) struct Forward {
    input: Var,
    weight: Var,
    bias: Var,
    layer: BatchNorm,
}

impl Forward {
    fn new(case: &Case) -> Result<Self> {
        let channels = case.nhwc[3];
        let parameter = |values: &[f32]| Var::from_slice(values, channels, &Device::Cpu);
        let (weight, bias) = (parameter(&case.weight)?, parameter(&case.bias)?);
        let layer = BatchNorm::new(
            channels,
            Var::zeros(channels, candle_core::DType::F32, &Device::Cpu)?.as_tensor().clone(),
            Var::ones(channels, candle_core::DType::F32, &Device::Cpu)?.as_tensor().clone(),
            weight.as_tensor().clone(),
            bias.as_tensor().clone(),
            1e-5,
        )?;
        let input = Var::from_tensor(&from_channels_last(&case.input, case.nhwc)?)?;
        Ok(Self { input, weight, bias, layer })
    }

    pub(crate) fn checked(case: &Case) -> Self {
        let forward = Self::new(case).expect("the sizes of the case");
        let output = forward.run().and_then(|output| to_channels_last(&output));
        assert_close("candle, output", &output.expect("a valid layer"), &case.true_output());
        forward
    }

    pub(crate) fn run(&self) -> Result<Tensor> {
        self.layer.forward_train(&self.input)?.relu()
    }
}

/// The gradients by input, weight and bias of a forward pass done before.
pub(crate) struct Backward {
    variables: [Var; 3],
    /// Σ output · grad_output, whose gradient by the output is `grad_output`.
    loss: Tensor,
}

impl Backward {
    pub(crate) fn checked(case: &Case) -> Self {
        let forward = Forward::new(case).expect("the sizes of the case");
        let grad_output = from_channels_last(&case.grad_output, case.nhwc);
        let loss = forward
            .run()
            .and_then(|output| (output * grad_output?)?.sum_all())
            .expect("a valid layer");
        let backward = Self { variables: [forward.input, forward.weight, forward.bias], loss };
        let [input, weight, bias] = backward.run().expect("a valid layer");
        let truth = case.true_gradients();
        for (name, gradient, truth) in [
            ("candle, grad_input", to_channels_last(&input), &truth[0]),
            ("candle, grad_weight", weight.to_vec1(), &truth[1]),
            ("candle, grad_bias", bias.to_vec1(), &truth[2]),
        ] {
            assert_close(name, &gradient.expect("f32 of the known axes"), truth);
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
