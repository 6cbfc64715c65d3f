//! How far each way to compute a convolution is from the f64 reference, on the
//! layers of the original network:
//! `cargo run --release -p nin-kernels --example rounding`.
//!
//! Inputs are as after a ReLU, weights as PyTorch's initial ones.

use nin_kernels::conv2d::{
    Conv2d, Conv2dShape, ConvMethod, ConvSettings, Gradients, Inputs, Saved, reference,
};
use nin_kernels::philox::philox4x32;
use nin_kernels::{Activation, Buffer, Precision, ShapeError, Window};

/// Pictures in the batch: the plain loops take a second for each.
const BATCH: usize = 2;

fn main() -> Result<(), ShapeError> {
    println!(
        "{:34}{:>16}{:>16}{:>16}",
        "rms (largest) error", "output", "grad_input", "grad_weight"
    );
    for (name, side_px, channels, kernel_size) in [
        ("5×5 96→256, 26 px", 26, [96, 256], 5),
        ("3×3 256→384, 12 px", 12, [256, 384], 3),
        ("1×1 256→256, 26 px", 26, [256, 256], 1),
    ] {
        let window = Window { kernel_size, stride: 1, padding: kernel_size / 2 };
        let shape = Conv2dShape::new([BATCH, side_px, side_px, channels[0]], channels[1], window)?;
        let case = Case::new(shape);
        let truth = case.truth();
        let mut ways = vec![
            ("exact, f32", ConvMethod::Exact, Precision::F32),
            ("exact, bf16", ConvMethod::Exact, Precision::Bf16),
        ];
        if kernel_size > 1 {
            ways.insert(1, ("fast", ConvMethod::Fast, Precision::F32));
        }
        for (way, method, precision) in ways {
            let settings = ConvSettings { method, precision, ..ConvSettings::default() };
            print!("{:34}", format!("{name}, {way}"));
            for (values, truth) in case.run(settings).iter().zip(&truth) {
                let (rms, largest) = errors(values, truth);
                print!("{:>16}", format!("{rms:.1e} ({largest:.0e})"));
            }
            println!();
        }
    }
    Ok(())
}

struct Case {
    shape: Conv2dShape,
    input: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    grad_output: Vec<f32>,
}

impl Case {
    fn new(shape: Conv2dShape) -> Self {
        let bound = ((shape.weight_len() / shape.out_channels) as f32).sqrt().recip();
        let scaled = |len, seed| random(len, seed).into_iter().map(move |x| x * bound).collect();
        Self {
            shape,
            input: random(shape.input_len(), 1).into_iter().map(|x| x.max(0.0)).collect(),
            weight: scaled(shape.weight_len(), 2),
            bias: scaled(shape.out_channels, 3),
            grad_output: random(shape.output_len(), 4),
        }
    }

    /// Output and gradients by input and weight.
    fn truth(&self) -> [Vec<f64>; 3] {
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
        let (input, weight) = (wide(&self.input), wide(&self.weight));
        let output = reference::forward(&self.shape, &input, &weight, &wide(&self.bias));
        let (grad_input, grad_weight, _) =
            reference::backward(&self.shape, &input, &weight, &wide(&self.grad_output));
        [output, grad_input, grad_weight]
    }

    fn run(&self, settings: ConvSettings) -> [Buffer; 3] {
        let Self { shape, input, weight, bias, grad_output } = self;
        let conv = Conv2d::new(*shape, settings);
        let mut scratch = Buffer::zeros(conv.scratch_len());
        let mut packed = Buffer::zeros(conv.packed_len());
        conv.pack(weight, &mut packed, &mut scratch);
        let mut output = Buffer::zeros(shape.output_len());
        let inputs = Inputs { input, packed: &packed, bias };
        conv.forward(Activation::None, inputs, &mut output, &mut scratch);
        let mut grad_input = Buffer::zeros(shape.input_len());
        let mut grad_weight = Buffer::zeros(shape.weight_len());
        let gradients = Gradients {
            input: Some(&mut grad_input),
            weight: &mut grad_weight,
            bias: &mut Buffer::zeros(shape.out_channels),
        };
        let saved = Saved { input, input_activation: Activation::None, weight };
        conv.backward(saved, grad_output, gradients, &mut scratch);
        [output, grad_input, grad_weight]
    }
}

/// Numbers in [−1, 1), the same for the same seed.
fn random(len: usize, seed: u32) -> Vec<f32> {
    let word = |i: usize| philox4x32([i as u32, 0, 0, 0], [seed, 0])[0];
    (0..len).map(|i| (word(i) >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
}

/// The root of the mean square of the errors, as a share of that of the truth;
/// and the largest error, as a share of the largest value.
fn errors(values: &[f32], truth: &[f64]) -> (f64, f64) {
    let (mut square, mut true_square, mut largest, mut true_largest) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for (&value, &truth) in values.iter().zip(truth) {
        let error = f64::from(value) - truth;
        square += error * error;
        true_square += truth * truth;
        largest = largest.max(error.abs());
        true_largest = true_largest.max(truth.abs());
    }
    ((square / true_square).sqrt(), largest / true_largest)
}
