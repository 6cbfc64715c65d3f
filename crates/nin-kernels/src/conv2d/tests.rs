use proptest::prelude::*;

use super::*;
use crate::testing::{max_error, random, widen};
use crate::{Activation, Window};

/// Relative to the largest value. A sum of at most a few thousand f32 products
/// of numbers in [−1, 1] stays far below.
const TOLERANCE: f64 = 1e-5;

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

    fn forward(&self, activation: Activation) -> Vec<f32> {
        let mut output = vec![f32::NAN; self.shape.output_len()];
        let mut scratch = vec![f32::NAN; self.shape.forward_scratch_len()];
        let Self { shape, input, weight, bias, .. } = self;
        forward(shape, activation, input, weight, bias, &mut output, &mut scratch);
        output
    }

    fn backward(&self, activation: Activation) -> [Vec<f32>; 3] {
        let output = self.forward(activation);
        let mut grad_output = self.grad_output.clone();
        let mut grad_input = vec![f32::NAN; self.shape.input_len()];
        let mut grad_weight = vec![f32::NAN; self.shape.weight_len()];
        let mut grad_bias = vec![f32::NAN; self.shape.out_channels];
        let mut scratch = vec![f32::NAN; self.shape.backward_scratch_len()];
        let saved = Saved { input: &self.input, weight: &self.weight, output: &output };
        let gradients = Gradients {
            input: Some(&mut grad_input),
            weight: &mut grad_weight,
            bias: &mut grad_bias,
        };
        backward(&self.shape, activation, saved, &mut grad_output, gradients, &mut scratch);
        [grad_input, grad_weight, grad_bias]
    }

    fn reference_output(&self) -> Vec<f64> {
        reference::forward(
            &self.shape,
            &widen(&self.input),
            &widen(&self.weight),
            &widen(&self.bias),
        )
    }
}

fn check(case: &Case) {
    let truth = case.reference_output();
    assert!(max_error(&case.forward(Activation::None), &truth) < TOLERANCE);
    let relu = case.forward(Activation::Relu);
    let truth_relu: Vec<f64> = truth.iter().map(|&value| value.max(0.0)).collect();
    assert!(max_error(&relu, &truth_relu) < TOLERANCE);

    for activation in [Activation::None, Activation::Relu] {
        let masked: Vec<f64> = case
            .grad_output
            .iter()
            .zip(&relu)
            .map(|(&grad, &output)| {
                let passes = activation == Activation::None || output > 0.0;
                if passes { f64::from(grad) } else { 0.0 }
            })
            .collect();
        let (grad_input, grad_weight, grad_bias) =
            reference::backward(&case.shape, &widen(&case.input), &widen(&case.weight), &masked);
        let [input, weight, bias] = case.backward(activation);
        assert!(max_error(&input, &grad_input) < TOLERANCE, "grad_input");
        assert!(max_error(&weight, &grad_weight) < TOLERANCE, "grad_weight");
        assert!(max_error(&bias, &grad_bias) < TOLERANCE, "grad_bias");
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

proptest! {
    #[test]
    fn agrees_with_the_reference(shape in shapes(), seed in 0_u64..1000) {
        check(&Case::new(shape, seed));
    }

    /// ⟨conv x, y⟩ = ⟨x, convᵀ y⟩ = ⟨w, ∂w⟩ without bias.
    #[test]
    fn gradients_are_adjoint(shape in shapes(), seed in 0_u64..1000) {
        let mut case = Case::new(shape, seed);
        case.bias.fill(0.0);
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        let [grad_input, grad_weight, _] = case.backward(Activation::None);
        let forward = dot(&case.forward(Activation::None), &case.grad_output);
        let scale = 1.0 + shape.output_len() as f64;
        prop_assert!((forward - dot(&case.input, &grad_input)).abs() / scale < TOLERANCE);
        prop_assert!((forward - dot(&case.weight, &grad_weight)).abs() / scale < TOLERANCE);
    }
}

#[test]
fn agrees_where_tiles_end_inside_an_image_and_parts_hold_several_images() {
    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    // 33 images in parts of 3; 3 · 29 · 31 pixels are more than one tile.
    let shape = Conv2dShape::new([33, 29, 31, 2], 3, window).unwrap();
    assert!(shape.tile_rows() < shape.images_per_part() * shape.pixels());
    assert_ne!(shape.pixels() % shape.tile_rows(), 0);
    check(&Case::new(shape, 7));
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
    let window = Window { kernel_size: 1, stride: 1, padding: 0 };
    let shape = Conv2dShape::new([1, 1, 3, 1], 1, window).unwrap();
    let case = Case {
        shape,
        input: vec![-1.0, 0.0, 2.0],
        weight: vec![1.0],
        bias: vec![0.0],
        grad_output: vec![1.0; 3],
    };
    assert_eq!(case.forward(Activation::Relu), [0.0, 0.0, 2.0]);
    assert_eq!(case.backward(Activation::Relu), [vec![0.0, 0.0, 1.0], vec![2.0], vec![1.0]]);
}

#[test]
fn nan_is_not_hidden_by_relu() {
    let window = Window { kernel_size: 1, stride: 1, padding: 0 };
    let shape = Conv2dShape::new([1, 1, 1, 1], 1, window).unwrap();
    let mut case = Case::new(shape, 0);
    case.input[0] = f32::NAN;
    assert!(case.forward(Activation::Relu)[0].is_nan());
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let window = Window { kernel_size: 5, stride: 1, padding: 2 };
    let case = Case::new(Conv2dShape::new([21, 9, 9, 8], 12, window).unwrap(), 5);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (case.forward(Activation::Relu), case.backward(Activation::Relu)))
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
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
