use proptest::prelude::*;

use super::*;
use crate::testing::{dot, max_error, poisoned, random, same_for_any_threads, widen};
use crate::{Activation, Window};

struct Case {
    shape: Conv2dShape,
    input: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    grad_output: Vec<f32>,
}

impl Case {
    fn new(shape: Conv2dShape, seed: u64) -> Self {
        Self {
            shape,
            input: random(shape.input_len(), seed),
            weight: random(shape.weight_len(), seed + 1),
            bias: random(shape.out_channels, seed + 2),
            grad_output: random(shape.output_len(), seed + 3),
        }
    }

    fn forward(&self, conv: &Conv2d, activation: Activation) -> Vec<f32> {
        let mut packed = poisoned(conv.packed_len());
        conv.pack(&self.weight, &mut packed, &mut poisoned(conv.pack_scratch_len()));
        let inputs = Inputs { input: &self.input, packed: &packed, bias: &self.bias };
        let mut output = poisoned(self.shape.output_len());
        let mut scratch = poisoned(conv.forward_scratch_len());
        conv.forward(activation, inputs, &mut output, &mut scratch);
        output
    }

    /// The gradients by input, weight and bias.
    fn backward(&self, conv: &Conv2d, input_activation: Activation) -> [Vec<f32>; 3] {
        let mut input = poisoned(self.shape.input_len());
        let [weight, bias] = self.backward_to(conv, input_activation, Some(&mut input));
        [input, weight, bias]
    }

    /// The gradients by weight and bias; the one by the input where asked for.
    fn backward_to(
        &self,
        conv: &Conv2d,
        input_activation: Activation,
        grad_input: Option<&mut [f32]>,
    ) -> [Vec<f32>; 2] {
        let lens = [self.shape.weight_len(), self.shape.out_channels];
        let [mut weight, mut bias] = lens.map(poisoned);
        let saved = Saved { input: &self.input, input_activation, weight: &self.weight };
        let gradients = Gradients { input: grad_input, weight: &mut weight, bias: &mut bias };
        let mut scratch = poisoned(conv.backward_scratch_len());
        conv.backward(saved, &self.grad_output, gradients, &mut scratch);
        [weight, bias]
    }

    fn reference_output(&self) -> Vec<f64> {
        reference::forward(
            &self.shape,
            &widen(&self.input),
            &widen(&self.weight),
            &widen(&self.bias),
        )
    }

    fn reference_gradients(&self, grad_output: &[f64]) -> [Vec<f64>; 3] {
        let (input, weight) = (widen(&self.input), widen(&self.weight));
        reference::backward(&self.shape, &input, &weight, grad_output).into()
    }
}

/// Every algorithm that fits the convolution, whether it pays or not, at every
/// level.
fn ways(shape: Conv2dShape) -> Vec<Conv2d> {
    let algorithms = std::iter::once(Algorithm::Patches(Patches::new(shape, Precision::F32)))
        .chain(Winograd::candidates(&shape).map(Algorithm::Winograd));
    algorithms
        .flat_map(|algorithm| {
            SimdLevel::available().map(move |level| {
                let settings = ConvSettings { level, ..ConvSettings::default() };
                Conv2d { shape, settings, algorithm }
            })
        })
        .collect()
}

/// The error that an algorithm may make, relative to the largest value.
fn tolerance(conv: &Conv2d) -> f64 {
    match conv.algorithm {
        // A sum of at most a few thousand f32 products of numbers in [−1, 1)
        // stays far below.
        Algorithm::Patches(_) => 1e-5,
        // The transforms multiply rounding errors by their factors.
        Algorithm::Winograd(_) => 5e-5,
    }
}

#[track_caller]
fn assert_close(conv: &Conv2d, name: &str, values: &[f32], truth: &[f64]) {
    let error = max_error(values, truth);
    assert!(error < tolerance(conv), "{name}: {error:e} with {conv:?}");
}

fn check(case: &Case) {
    let truth = case.reference_output();
    let truth_relu: Vec<f64> = truth.iter().map(|&value| value.max(0.0)).collect();
    let plain = case.reference_gradients(&widen(&case.grad_output));
    // As if the input had come from a ReLU, whose values below 0 let nothing
    // through as its zeros do.
    let mut before_relu = plain.clone();
    for (grad, &input) in before_relu[0].iter_mut().zip(&case.input) {
        *grad = if input > 0.0 { *grad } else { 0.0 };
    }
    for conv in ways(case.shape) {
        let output = case.forward(&conv, Activation::None);
        assert_close(&conv, "output", &output, &truth);
        let relu = case.forward(&conv, Activation::Relu);
        assert_close(&conv, "output of ReLU", &relu, &truth_relu);
        for (input_activation, truth) in
            [(Activation::None, &plain), (Activation::Relu, &before_relu)]
        {
            let gradients = case.backward(&conv, input_activation);
            let others = case.backward_to(&conv, input_activation, None);
            assert_eq!(others, gradients[1..], "without the gradient by the input, {conv:?}");
            for (name, (values, truth)) in
                ["grad_input", "grad_weight", "grad_bias"].iter().zip(gradients.iter().zip(truth))
            {
                assert_close(&conv, name, values, truth);
            }
        }
    }
}

fn shapes() -> impl Strategy<Value = Conv2dShape> {
    let window = (1_usize..6, 1_usize..4, 0_usize..3);
    (1_usize..20, 1_usize..10, 1_usize..10, 1_usize..9, 1_usize..9, window).prop_filter_map(
        "the window fits",
        |(n, h, w, i, o, (kernel_size, stride, padding))| {
            Conv2dShape::new([n, h, w, i], o, Window { kernel_size, stride, padding }).ok()
        },
    )
}

/// Products of bfloat16 numbers, against the reference on rounded numbers.
fn check_bf16(shape: Conv2dShape, seed: u64) {
    let round = |values: &[f32]| -> Vec<f64> {
        let nearest = |value: &f32| {
            let bits = value.to_bits();
            f32::from_bits((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
        };
        values.iter().map(|value| f64::from(nearest(value))).collect()
    };
    let case = Case::new(shape, seed);
    let (input, weight) = (round(&case.input), round(&case.weight));
    let truth = reference::forward(&shape, &input, &weight, &widen(&case.bias));
    let rounded_grads = round(&case.grad_output);
    let (grad_input, grad_weight, _) = reference::backward(&shape, &input, &weight, &rounded_grads);
    let grad_bias = &case.reference_gradients(&widen(&case.grad_output))[2];
    for level in SimdLevel::available() {
        let settings =
            ConvSettings { method: ConvMethod::Exact, precision: Precision::Bf16, level };
        let conv = Conv2d::new(shape, settings);
        let output = case.forward(&conv, Activation::None);
        assert_close(&conv, "output", &output, &truth);
        let gradients = case.backward(&conv, Activation::None);
        assert_close(&conv, "grad_input", &gradients[0], &grad_input);
        assert_close(&conv, "grad_weight", &gradients[1], &grad_weight);
        assert_close(&conv, "grad_bias", &gradients[2], grad_bias);
        same_for_any_threads(|| case.forward(&conv, Activation::Relu));
    }
}

proptest! {
    #[test]
    fn products_of_bf16_agree_with_the_reference(shape in shapes(), seed in 0_u64..1000) {
        check_bf16(shape, seed);
    }

    #[test]
    fn agrees_with_the_reference(shape in shapes(), seed in 0_u64..1000) {
        check(&Case::new(shape, seed));
    }

    /// ⟨conv x, y⟩ = ⟨x, convᵀ y⟩ = ⟨w, ∂w⟩ without bias.
    #[test]
    fn gradients_are_adjoint(shape in shapes(), seed in 0_u64..1000) {
        let mut case = Case::new(shape, seed);
        case.bias.fill(0.0);
        let dot = |a: &[f32], b: &[f32]| dot(&widen(a), &widen(b));
        for conv in ways(shape) {
            let output = case.forward(&conv, Activation::None);
            let [grad_input, grad_weight, _] = case.backward(&conv, Activation::None);
            let forward = dot(&output, &case.grad_output);
            let scale = 1.0 + shape.output_len() as f64;
            for backward in [dot(&case.input, &grad_input), dot(&case.weight, &grad_weight)] {
                prop_assert!((forward - backward).abs() / scale < tolerance(&conv));
            }
        }
    }
}

#[test]
fn agrees_where_blocks_end_inside_an_image_and_parts_hold_several_images() {
    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    // 33 images in parts of 3; a part has more pixels than a block.
    let shape = Conv2dShape::new([33, 69, 71, 4], 3, window).unwrap();
    check(&Case::new(shape, 7));
}

/// More than a vector and more than a panel of channels on either side.
#[test]
fn agrees_with_many_channels() {
    for (kernel_size, channels) in [(3, [33, 40]), (5, [40, 33]), (1, [70, 35]), (3, [16, 48])] {
        let window = Window { kernel_size, stride: 1, padding: kernel_size / 2 };
        let shape = Conv2dShape::new([3, 13, 11, channels[0]], channels[1], window).unwrap();
        check(&Case::new(shape, kernel_size as u64));
        check_bf16(shape, kernel_size as u64);
    }
}

/// Scratch holds a part of the batch only.
#[test]
fn agrees_where_winograd_takes_several_groups_of_images() {
    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    let scratch_len = |shape: &Conv2dShape| {
        Winograd::candidates(shape).map(|tiled| tiled.forward_scratch_len()).max().unwrap()
    };
    let [one, seven] =
        [1, 7].map(|batch| Conv2dShape::new([batch, 40, 40, 128], 8, window).unwrap());
    assert!(scratch_len(&seven) < 7 * scratch_len(&one));
    let shape = seven;
    check(&Case::new(shape, 11));
}

#[test]
fn winograd_is_chosen_where_it_saves_products_and_never_when_exact() {
    let conv = |size, channels, out_channels, window, method| {
        let shape = Conv2dShape::new([2, size, size, channels], out_channels, window).unwrap();
        Conv2d::new(shape, ConvSettings { method, ..ConvSettings::default() }).algorithm
    };
    let same = |kernel_size| Window { kernel_size, stride: 1, padding: kernel_size / 2 };
    let is_tiled = |algorithm| matches!(algorithm, Algorithm::Winograd(_));
    assert!(is_tiled(conv(26, 96, 256, same(5), ConvMethod::Fast)));
    assert!(is_tiled(conv(12, 256, 384, same(3), ConvMethod::Fast)));
    assert!(!is_tiled(conv(12, 256, 384, same(3), ConvMethod::Exact)));
    assert!(!is_tiled(conv(28, 1, 96, same(5), ConvMethod::Fast)));
    assert!(!is_tiled(conv(26, 256, 256, same(1), ConvMethod::Fast)));
    let strided = Window { kernel_size: 3, stride: 2, padding: 1 };
    assert!(!is_tiled(conv(26, 96, 256, strided, ConvMethod::Fast)));
}

#[test]
fn reference_gradients_agree_with_finite_differences() {
    let window = Window { kernel_size: 3, stride: 2, padding: 1 };
    let shape = Conv2dShape::new([2, 5, 4, 3], 2, window).unwrap();
    let case = Case::new(shape, 3);
    let (input, weight) = (widen(&case.input), widen(&case.weight));
    let (bias, grad_output) = (widen(&case.bias), widen(&case.grad_output));
    let loss = |input: &[f64], weight: &[f64], bias: &[f64]| -> f64 {
        let output = reference::forward(&shape, input, weight, bias);
        output.iter().zip(&grad_output).map(|(a, b)| a * b).sum()
    };
    let (grad_input, grad_weight, grad_bias) =
        reference::backward(&shape, &input, &weight, &grad_output);
    let difference = |values: &[f64], index: usize, loss: &dyn Fn(&[f64]) -> f64| {
        let mut moved = values.to_vec();
        moved[index] += 0.5;
        let above = loss(&moved);
        moved[index] -= 1.0;
        above - loss(&moved)
    };
    // The loss is linear in each argument: any step is exact but for rounding.
    for (index, grad) in grad_input.iter().enumerate() {
        let numeric = difference(&input, index, &|x| loss(x, &weight, &bias));
        assert!((numeric - grad).abs() < 1e-12);
    }
    for (index, grad) in grad_weight.iter().enumerate() {
        let numeric = difference(&weight, index, &|w| loss(&input, w, &bias));
        assert!((numeric - grad).abs() < 1e-12);
    }
    for (index, grad) in grad_bias.iter().enumerate() {
        let numeric = difference(&bias, index, &|b| loss(&input, &weight, b));
        assert!((numeric - grad).abs() < 1e-12);
    }
}

#[test]
fn relu_has_no_gradient_at_zero() {
    for kernel_size in [1, 3] {
        let window = Window { kernel_size, stride: 1, padding: kernel_size / 2 };
        let shape = Conv2dShape::new([1, 1, 2, 1], 1, window).unwrap();
        let mut case = Case::new(shape, 1);
        case.input = vec![0.0, 2.0];
        for conv in ways(shape) {
            let [grad_input, ..] = case.backward(&conv, Activation::Relu);
            assert!(grad_input[0] == 0.0 && grad_input[1] != 0.0, "{grad_input:?} with {conv:?}");
        }
    }
}

#[test]
fn nan_is_not_hidden_by_relu() {
    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    let shape = Conv2dShape::new([1, 1, 1, 1], 1, window).unwrap();
    let mut case = Case::new(shape, 0);
    case.input[0] = f32::NAN;
    for conv in ways(shape) {
        assert!(case.forward(&conv, Activation::Relu)[0].is_nan(), "{conv:?}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let window = Window { kernel_size: 5, stride: 1, padding: 2 };
    let shape = Conv2dShape::new([21, 9, 9, 8], 12, window).unwrap();
    let case = Case::new(shape, 5);
    for conv in ways(shape) {
        same_for_any_threads(|| {
            let output = case.forward(&conv, Activation::Relu);
            (output, case.backward(&conv, Activation::Relu))
        });
    }
}

#[test]
fn impossible_shapes_are_errors() {
    let window = Window { kernel_size: 3, stride: 1, padding: 0 };
    assert!(Conv2dShape::new([0, 4, 4, 1], 1, window).is_err());
    assert!(Conv2dShape::new([1, 4, 4, 0], 1, window).is_err());
    assert!(Conv2dShape::new([1, 4, 4, 1], 0, window).is_err());
    assert!(Conv2dShape::new([1, 2, 4, 1], 1, window).is_err());
    assert!(Conv2dShape::new([usize::MAX / 2, 4, 4, 1], 1, window).is_err());
}
