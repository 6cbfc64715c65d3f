//! Every layer's `output_shape` is what its forward pass gives, and an error
//! where that is one.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::{ModuleT, VarBuilder};
use nin_layers::{
    Activation, AvgPool2d, BatchNorm2d, BatchNormSpec, Conv2d, Conv2dSpec, Divisor, Dropout,
    DropoutProbability, GlobalAvgPool2d, LayerError, LayerSpec, LocalResponseNorm, LrnParams,
    MaxPool2d, MlpConv, NamedLayer, Plan, Rounding, Sequential, Window,
};
use proptest::prelude::*;

/// Sizes up to a few, 0 included: often wrong.
fn small() -> BoxedStrategy<usize> {
    (0_usize..5).boxed()
}

/// Sides that small windows fit into.
fn side() -> BoxedStrategy<usize> {
    (0_usize..9).boxed()
}

/// Sizes whose sums and products overflow, among others.
fn any_size() -> BoxedStrategy<usize> {
    prop_oneof![
        0_usize..20,
        prop::sample::select(vec![1 << 16, 1 << 21, 1 << 32, 1 << 43, 1 << 62]),
        prop::sample::select(vec![usize::MAX / 2, usize::MAX - 1, usize::MAX]),
    ]
    .boxed()
}

fn layer(size: BoxedStrategy<usize>) -> impl Strategy<Value = LayerSpec> {
    let window = [size.clone(), size.clone(), size.clone()]
        .prop_map(|[kernel_size, stride, padding]| Window { kernel_size, stride, padding });
    let rounding = prop::sample::select(vec![Rounding::Floor, Rounding::Ceil]);
    (0..7, window, rounding, size).prop_map(|(kind, window, rounding, size)| match kind {
        0 => {
            let activation = Activation::Relu;
            LayerSpec::Conv2d(Conv2dSpec { out_channels: size, window, activation })
        }
        1 => LayerSpec::BatchNorm2d(BatchNormSpec::default()),
        2 => LayerSpec::MaxPool2d(MaxPool2d { window, rounding }),
        3 => {
            let divisor = Divisor::WindowArea;
            LayerSpec::AvgPool2d(AvgPool2d { window, rounding, divisor })
        }
        4 => LayerSpec::GlobalAvgPool2d,
        5 => LayerSpec::LocalResponseNorm(lrn(size.max(1))),
        _ => LayerSpec::Dropout(DropoutProbability::default()),
    })
}

fn lrn(size: usize) -> LocalResponseNorm {
    LocalResponseNorm::new(LrnParams { size, ..LrnParams::default() }).unwrap()
}

/// The layer's own `output_shape`, and what its forward pass in evaluation
/// mode gives with weights of 0 for `channels` channels.
fn run(
    spec: LayerSpec,
    channels: usize,
    input: &Tensor,
) -> (std::result::Result<[usize; 4], LayerError>, Result<Tensor>) {
    let vb = VarBuilder::zeros(DType::F32, &Device::Cpu);
    let shape = input.dims().try_into().unwrap();
    match spec {
        LayerSpec::Conv2d(spec) => {
            let layer = Conv2d::new(channels, spec, &vb).unwrap();
            (layer.output_shape(shape), layer.forward(input))
        }
        LayerSpec::BatchNorm2d(spec) => {
            let layer = BatchNorm2d::new(channels, spec, &vb).unwrap();
            (layer.output_shape(shape), layer.forward_t(input, false))
        }
        LayerSpec::MaxPool2d(layer) => (layer.output_shape(shape), layer.forward(input)),
        LayerSpec::AvgPool2d(layer) => (layer.output_shape(shape), layer.forward(input)),
        LayerSpec::GlobalAvgPool2d => {
            (GlobalAvgPool2d.output_shape(shape), GlobalAvgPool2d.forward(input))
        }
        LayerSpec::LocalResponseNorm(layer) => (layer.output_shape(shape), layer.forward(input)),
        LayerSpec::Dropout(p) => {
            let layer = Dropout::new(p.get(), 0).unwrap();
            (layer.output_shape(shape), layer.forward_t(input, true))
        }
    }
}

fn named(specs: impl IntoIterator<Item = LayerSpec>) -> Vec<NamedLayer> {
    let name = |(index, spec)| NamedLayer { name: format!("net.{index}"), spec };
    specs.into_iter().enumerate().map(name).collect()
}

fn zeros(shape: [usize; 4]) -> Tensor {
    Tensor::zeros(&shape, DType::F32, &Device::Cpu).unwrap()
}

/// Equal shapes, or two errors.
fn assert_agree<E: std::fmt::Debug>(
    planned: std::result::Result<[usize; 4], E>,
    output: Result<Tensor>,
) -> std::result::Result<(), TestCaseError> {
    match (planned, output) {
        (Ok(planned), Ok(output)) => prop_assert_eq!(output.dims(), planned),
        (Err(_), Err(_)) => {}
        (planned, output) => prop_assert!(false, "planned {planned:?}, got {output:?}"),
    }
    Ok(())
}

/// The sizes that fit `usize`, from arithmetic that cannot overflow.
fn exact(spec: LayerSpec, [n, c, h, w]: [usize; 4]) -> [u128; 4] {
    let wide = |size: usize| size as u128;
    let (window, rounding, channels) = match spec {
        LayerSpec::Conv2d(spec) => (spec.window, Rounding::Floor, spec.out_channels),
        LayerSpec::MaxPool2d(layer) => (layer.window, layer.rounding, c),
        LayerSpec::AvgPool2d(layer) => (layer.window, layer.rounding, c),
        LayerSpec::GlobalAvgPool2d => return [wide(n), wide(c), 1, 1],
        _ => return [n, c, h, w].map(wide),
    };
    let [kernel_size, stride, padding] =
        [window.kernel_size, window.stride, window.padding].map(wide);
    let side = |size: usize| {
        let room = wide(size) + 2 * padding - kernel_size;
        let floor = room / stride + 1;
        let another = !room.is_multiple_of(stride) && floor * stride < wide(size) + padding;
        floor + u128::from(rounding == Rounding::Ceil && another)
    };
    [wide(n), wide(channels), side(h), side(w)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn layers_foresee_their_output(
        spec in layer(small()),
        input in [small(), small(), side(), side()],
        other_channels in prop::bool::weighted(0.1),
    ) {
        let channels = if other_channels { input[1] + 1 } else { input[1] };
        let (planned, output) = run(spec, channels, &zeros(input));
        if !other_channels {
            let by_spec = spec.output_shape(input);
            prop_assert_eq!(by_spec.as_ref().ok(), planned.as_ref().ok());
        }
        assert_agree(planned, output)?;
    }

    #[test]
    fn no_size_makes_a_layer_panic(
        spec in layer(any_size()),
        input in [any_size(), any_size(), any_size(), any_size()],
    ) {
        let [_, c, h, w] = input;
        if let Ok(output) = spec.output_shape(input) {
            prop_assert_eq!(output.map(|size| size as u128), exact(spec, input));
            for shape in [input, output] {
                prop_assert!(shape.iter().try_fold(1_usize, |len, &size| len.checked_mul(size)).is_some());
            }
        }
        let _ = spec.multiply_adds([c, h, w]);
        let _ = spec.parameters(c);
        let _ = Plan::new([c, h, w], named([spec, LayerSpec::GlobalAvgPool2d]));
    }

    #[test]
    fn plans_foresee_every_layer(
        specs in prop::collection::vec(layer(small()), 0..4),
        ends_in_scores in prop::bool::weighted(0.8),
        [c, h, w] in [1_usize..4, 1_usize..12, 1_usize..12],
    ) {
        let head = ends_in_scores.then_some(LayerSpec::GlobalAvgPool2d);
        let specs: Vec<_> = specs.into_iter().chain(head).collect();
        let outputs = specs.iter().try_fold(vec![zeros([1, c, h, w])], |mut outputs, &spec| {
            let input = outputs.last().unwrap();
            let output = run(spec, input.dims()[1], input).1?;
            outputs.push(output);
            Ok::<_, candle_core::Error>(outputs)
        });
        let is_valid = match &outputs {
            Ok(outputs) => outputs.len() > 1 && matches!(outputs.last().unwrap().dims(), [_, _, 1, 1]),
            Err(_) => false,
        };
        match Plan::new([c, h, w], named(specs)) {
            Ok(plan) => {
                prop_assert!(is_valid);
                let shapes: Vec<_> = plan.outputs().iter().map(|shape| shape.to_vec()).collect();
                let outputs: Vec<_> =
                    outputs.unwrap()[1..].iter().map(|output| output.dims()[1..].to_vec()).collect();
                prop_assert_eq!(shapes, outputs);
                let vb = VarBuilder::zeros(DType::F32, &Device::Cpu);
                let network = Sequential::new(&plan, &vb, 0).unwrap();
                let scores = network.forward_t(&zeros([3, c, h, w]), false).unwrap();
                prop_assert_eq!(scores.dims(), [3, plan.classes()]);
            }
            Err(error) => prop_assert!(!is_valid, "{error}"),
        }
    }

    #[test]
    fn mlpconvs_foresee_their_output(
        [kernel_size, stride, padding] in [small(), small(), small()],
        channels in prop::collection::vec(small(), 1..4),
        input in [small(), small(), side(), side()],
    ) {
        let mut specs: Vec<_> = channels.into_iter().map(Conv2dSpec::cccp).collect();
        specs[0].window = Window { kernel_size, stride, padding };
        let vb = VarBuilder::zeros(DType::F32, &Device::Cpu);
        let layer = MlpConv::new(input[1], &specs, &vb).unwrap();
        assert_agree(layer.output_shape(input), layer.forward(&zeros(input)))?;
    }
}

#[test]
fn tensors_of_other_ranks_are_refused() {
    let flat = Tensor::zeros((2, 3), DType::F32, &Device::Cpu).unwrap();
    let error = GlobalAvgPool2d.forward(&flat).unwrap_err().to_string();
    assert!(error.contains("wanted a tensor of shape N, C, H, W, got [2, 3]"), "{error}");
    assert!(lrn(5).forward(&flat).is_err());
}

#[test]
fn a_fresh_var_map_is_no_source_of_weights() {
    let vars = candle_nn::VarMap::new();
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu).pp("net.0");
    let error = Conv2d::new(3, Conv2dSpec::cccp(2), &vb).unwrap_err().to_string();
    assert!(error.contains("tensor net.0.weight is missing"), "{error}");
    let error = MlpConv::new(3, &[], &vb).unwrap_err().to_string();
    assert!(error.contains("at least one convolution"), "{error}");
}

#[test]
fn batch_norm_settings_out_of_range_are_refused() {
    let vb = VarBuilder::zeros(DType::F32, &Device::Cpu);
    for (eps, momentum) in [(f64::NAN, 0.1), (-1.0, 0.1), (1e-5, 1.5), (1e-5, f64::NAN)] {
        let spec = BatchNormSpec { eps, momentum, ..BatchNormSpec::default() };
        assert!(BatchNorm2d::new(3, spec, &vb).is_err());
        let specs = [LayerSpec::BatchNorm2d(spec), LayerSpec::GlobalAvgPool2d];
        assert!(Plan::new([3, 4, 4], named(specs)).is_err());
    }
}

#[test]
fn a_cost_too_large_to_count_is_an_error() {
    let window = Window { kernel_size: 1 << 10, stride: 1, padding: 1 << 9 };
    let spec = LayerSpec::Conv2d(Conv2dSpec { window, ..Conv2dSpec::cccp(1 << 10) });
    assert!(spec.output_shape([1, 1, 1 << 20, 1 << 20]).is_ok());
    assert!(spec.multiply_adds([1, 1 << 20, 1 << 20]).is_err());
    // The first layer of Network In Network on 224 × 224 pixels.
    let window = Window { kernel_size: 11, stride: 4, padding: 0 };
    let spec = LayerSpec::Conv2d(Conv2dSpec { window, ..Conv2dSpec::cccp(96) });
    assert_eq!(spec.multiply_adds([1, 224, 224]).unwrap(), 96 * 54 * 54 * 121);
}
