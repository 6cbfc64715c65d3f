//! Layers among candle's own operations: any memory layout in, any gradient
//! through.

use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder};
use nin_kernels::philox::philox4x32;
use nin_layers::{
    Activation, AvgPool2d, BatchNorm2d, BatchNormSpec, Conv2d, Conv2dSpec, Divisor, Dropout,
    GlobalAvgPool2d, LabelSmoothing, LocalResponseNorm, LrnParams, MaxPool2d, MlpConv, Rounding,
    Window, cross_entropy,
};
use proptest::prelude::*;

const CHANNELS: usize = 3;

/// Numbers in [−1, 1), the same for the same seed.
fn random(shape: &[usize], seed: u32) -> Tensor {
    let word = |i: usize| philox4x32([i as u32, 0, 0, 0], [seed, 0])[0];
    let number = |i: usize| (word(i) >> 8) as f32 / (1 << 23) as f32 - 1.0;
    let numbers: Vec<f32> = (0..shape.iter().product()).map(number).collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

/// Weights of every layer below.
fn builder() -> VarBuilder<'static> {
    let mut tensors = std::collections::HashMap::new();
    for (seed, (name, shape)) in [
        ("conv.weight", &[4, CHANNELS, 3, 3][..]),
        ("conv.bias", &[4]),
        ("mlpconv.0.weight", &[4, CHANNELS, 3, 3]),
        ("mlpconv.0.bias", &[4]),
        ("mlpconv.2.weight", &[5, 4, 1, 1]),
        ("mlpconv.2.bias", &[5]),
        ("norm.weight", &[CHANNELS]),
        ("norm.bias", &[CHANNELS]),
        ("norm.running_mean", &[CHANNELS]),
    ]
    .into_iter()
    .enumerate()
    {
        tensors.insert(name.to_owned(), random(shape, seed as u32 + 100));
    }
    let ones = Tensor::ones(CHANNELS, DType::F32, &Device::Cpu).unwrap();
    tensors.insert("norm.running_var".to_owned(), ones);
    VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)
}

/// A layer, made anew for each call (dropout's mask is always the first), or a
/// view.
type Forward = fn(&Tensor) -> Result<Tensor>;

const LAYERS: [(&str, Forward); 10] = [
    ("conv2d", |input| Conv2d::new(CHANNELS, conv(), &builder().pp("conv"))?.forward(input)),
    ("mlpconv", |input| {
        let specs = [conv(), Conv2dSpec::cccp(5)];
        MlpConv::new(CHANNELS, &specs, &builder().pp("mlpconv"))?.forward(input)
    }),
    ("batch norm in training", |input| norm()?.forward_t(input, true)),
    ("batch norm in evaluation", |input| norm()?.forward_t(input, false)),
    ("max pool", |input| MaxPool2d { window: WINDOW, rounding: Rounding::Ceil }.forward(input)),
    ("average pool", |input| {
        let (rounding, divisor) = (Rounding::Ceil, Divisor::WindowArea);
        AvgPool2d { window: WINDOW, rounding, divisor }.forward(input)
    }),
    ("global average pool", |input| GlobalAvgPool2d.forward(input)),
    ("lrn", |input| {
        let params = LrnParams { size: 3, alpha: 0.5, ..LrnParams::default() };
        LocalResponseNorm::new(params)?.forward(input)
    }),
    ("dropout", |input| Dropout::new(0.5, 1)?.forward_t(input, true)),
    ("cross-entropy", |input| {
        let logits = input.mean(3)?.mean(2)?;
        let labels: Vec<u32> = (0..logits.dim(0)?).map(|i| (i % CHANNELS) as u32).collect();
        cross_entropy(&logits, &labels, LabelSmoothing::new(0.1).map_err(candle_core::Error::wrap)?)
    }),
];

const WINDOW: Window = Window { kernel_size: 3, stride: 2, padding: 0 };

fn conv() -> Conv2dSpec {
    let window = Window { padding: 1, ..WINDOW };
    Conv2dSpec { out_channels: 4, window, activation: Activation::Relu }
}

fn norm() -> Result<BatchNorm2d> {
    let spec = BatchNormSpec { activation: Activation::Relu, ..BatchNormSpec::default() };
    BatchNorm2d::new(CHANNELS, spec, &builder().pp("norm"))
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The output, and the gradient by `leaf` of Σ output², where `view` makes the
/// layer's input from the leaf.
fn run(
    forward: Forward,
    leaf: &Tensor,
    view: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<(Tensor, Tensor)> {
    let leaf = Var::from_tensor(leaf)?;
    let output = forward(&view(&leaf)?)?;
    let grads = output.sqr()?.sum_all()?.backward()?;
    Ok((output.detach(), grads.get(&leaf).expect("a gradient reaches the leaf").clone()))
}

/// One tensor N, C, H, W in other memory layouts, each with the way back.
fn layouts(tensor: &Tensor) -> Result<Vec<(Tensor, Forward)>> {
    let channels_last = tensor.permute((0, 2, 3, 1))?.contiguous()?;
    let behind_others =
        |tensor: &Tensor, dim| Tensor::cat(&[&tensor.affine(-3.0, 1.0)?, tensor], dim);
    Ok(vec![
        // Channels last.
        (channels_last.clone(), |leaf| leaf.permute((0, 3, 1, 2))),
        // Columns before rows.
        (tensor.transpose(2, 3)?.contiguous()?, |leaf| leaf.transpose(2, 3)),
        // The same from the middle of a batch: what the kernels take, but not
        // from the storage's start.
        (behind_others(&channels_last, 0)?, |leaf| {
            leaf.narrow(0, leaf.dim(0)? / 2, leaf.dim(0)? / 2)?.permute((0, 3, 1, 2))
        }),
        // The right half of the columns.
        (behind_others(tensor, 3)?, |leaf| leaf.narrow(3, leaf.dim(3)? / 2, leaf.dim(3)? / 2)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn memory_layout_changes_nothing(
        (n, h, w) in (2_usize..4, 3_usize..8, 3_usize..8),
        seed in any::<u32>(),
    ) {
        let input = random(&[n, CHANNELS, h, w], seed);
        for (name, forward) in LAYERS {
            let (output, grad) = run(forward, &input, |leaf| Ok(leaf.clone())).unwrap();
            for (index, (leaf, view)) in layouts(&input).unwrap().into_iter().enumerate() {
                let (other, other_grad) = run(forward, &leaf, view).unwrap();
                prop_assert_eq!(numbers(&other), numbers(&output), "{}, layout {}", name, index);
                let other_grad = view(&other_grad).unwrap();
                prop_assert_eq!(numbers(&other_grad), numbers(&grad), "{}, layout {}", name, index);
            }
        }
    }
}

#[test]
fn a_broadcast_input_is_taken() {
    let image = random(&[1, CHANNELS, 5, 6], 1);
    for (name, forward) in LAYERS {
        let broadcast = image.broadcast_as((4, CHANNELS, 5, 6)).unwrap();
        let copy = broadcast.contiguous().unwrap();
        let outputs = [broadcast, copy].map(|input| numbers(&forward(&input).unwrap()));
        assert_eq!(outputs[0], outputs[1], "{name}");
    }
}

#[test]
fn gradients_flow_from_and_to_other_operations() {
    for (name, forward) in LAYERS {
        let input = random(&[2, CHANNELS, 6, 5], 2);
        // The layer's own gradient at 2·input for what sqr().sum_all() sends back.
        let leaf = Var::from_tensor(&input.affine(2.0, 0.0).unwrap()).unwrap();
        let output = forward(&leaf).unwrap();
        let sent = output.affine(2.0, 0.0).unwrap().detach();
        let grads = (output * sent).unwrap().sum_all().unwrap().backward().unwrap();
        let direct = grads.get(&leaf).unwrap();
        assert!(numbers(direct).iter().any(|&grad| grad != 0.0), "{name}");

        let (_, grad) = run(forward, &input, |leaf| leaf.affine(2.0, 0.0)).unwrap();
        assert_eq!(numbers(&grad), numbers(&direct.affine(2.0, 0.0).unwrap()), "{name}");
    }
}

#[test]
fn a_scaled_loss_scales_its_gradient() {
    let logits = Var::from_tensor(&random(&[2, CHANNELS], 6)).unwrap();
    let loss = cross_entropy(&logits, &[0, 2], LabelSmoothing::NONE).unwrap();
    let [grad, scaled] = [1.0, 4.0].map(|factor| {
        let grads = loss.affine(factor, 0.0).unwrap().backward().unwrap();
        grads.get(&logits).unwrap().clone()
    });
    assert_eq!(numbers(&scaled), numbers(&grad.affine(4.0, 0.0).unwrap()));
}

#[test]
fn frozen_weights_still_pass_a_gradient_on() {
    // The builder's tensors are no variables: nothing but the input is trained.
    let (_, grad) =
        run(LAYERS[1].1, &random(&[2, CHANNELS, 6, 5], 3), |leaf| Ok(leaf.clone())).unwrap();
    assert!(numbers(&grad).iter().any(|&grad| grad != 0.0));
}

#[test]
fn an_image_without_need_of_a_gradient_gets_none() {
    let weight = Var::from_tensor(&random(&[4, CHANNELS, 3, 3], 4)).unwrap();
    let bias = Var::zeros(4, DType::F32, &Device::Cpu).unwrap();
    let layer =
        Conv2d::from_tensors(conv(), weight.as_tensor().clone(), bias.as_tensor().clone()).unwrap();
    let image = random(&[2, CHANNELS, 6, 5], 5);
    let grads = layer.forward(&image).unwrap().sum_all().unwrap().backward().unwrap();
    assert!(grads.get(&weight).is_some() && grads.get(&bias).is_some());
    // Nor does the channels-last copy that the kernel reads.
    assert_eq!(grads.get_ids().count(), 2);
}
