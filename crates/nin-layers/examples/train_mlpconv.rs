//! Trains a small Network In Network with candle's own optimiser, to tell
//! horizontal from vertical and from diagonal stripes.
//!
//! `cargo run -p nin-layers --example train_mlpconv`

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::{Optimizer, SGD, VarBuilder, VarMap};
use nin_layers::{
    Activation, Conv2dSpec, GlobalAvgPool2d, Init, LabelSmoothing, MaxPool2d, MlpConv, Rounding,
    Window, cross_entropy, init,
};

const SIDE: usize = 12;
const CLASSES: usize = 3;
const IMAGES: usize = 24;
const STEPS: usize = 40;

fn main() -> Result<()> {
    let device = Device::Cpu;
    let (images, labels) = stripes(&device)?;

    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    let specs =
        [Conv2dSpec { window, ..Conv2dSpec::cccp(8) }, Conv2dSpec::cccp(8), Conv2dSpec::cccp(8)];
    // Class scores may be negative.
    let last = Conv2dSpec { activation: Activation::None, ..Conv2dSpec::cccp(CLASSES) };
    let head_specs = [Conv2dSpec { window, ..Conv2dSpec::cccp(8) }, last];

    // The initial weights come from a seed, under the names that the layers look for.
    let vars = VarMap::new();
    let named = |block: &str, parameters: Vec<(String, _)>| {
        let name = |(name, spec)| (format!("{block}.{name}"), spec);
        parameters.into_iter().map(name).collect::<Vec<_>>()
    };
    let first = named("first", MlpConv::parameters(1, &specs));
    let head = named("head", MlpConv::parameters(8, &head_specs));
    init::fill_var_map(&vars, first.into_iter().chain(head), Init::default(), 42)?;

    let vb = VarBuilder::from_varmap(&vars, DType::F32, &device);
    let first = MlpConv::new(1, &specs, &vb.pp("first"))?;
    let head = MlpConv::new(8, &head_specs, &vb.pp("head"))?;
    let window = Window { kernel_size: 3, stride: 2, padding: 0 };
    let pool = MaxPool2d { window, rounding: Rounding::Ceil };

    let mut sgd = SGD::new(vars.all_vars(), 0.1)?;
    for step in 0..=STEPS {
        let maps = pool.forward(&first.forward(&images)?)?;
        let logits = GlobalAvgPool2d.forward(&head.forward(&maps)?)?.flatten_from(1)?;
        let loss = cross_entropy(&logits, &labels, LabelSmoothing::NONE)?;
        if step % 5 == 0 {
            let correct = logits.argmax(1)?.eq(&Tensor::new(&*labels, &device)?)?;
            let correct = correct.to_dtype(DType::U32)?.sum_all()?.to_scalar::<u32>()?;
            let loss = loss.to_scalar::<f32>()?;
            println!("step {step:2}: loss {loss:.4}, {correct} of {IMAGES} right");
        }
        sgd.backward_step(&loss)?;
    }
    Ok(())
}

/// Pictures of stripes of two pixels, and their directions.
fn stripes(device: &Device) -> Result<(Tensor, Vec<u32>)> {
    let labels: Vec<u32> = (0..IMAGES).map(|image| (image % CLASSES) as u32).collect();
    let pixel = |image: usize, y: usize, x: usize| {
        let along = [y, x, x + y][image % CLASSES];
        let is_bright = ((along + image / CLASSES) / 2).is_multiple_of(2);
        if is_bright { 1.0_f32 } else { -1.0 }
    };
    let pixels: Vec<f32> = (0..IMAGES * SIDE * SIDE)
        .map(|index| pixel(index / (SIDE * SIDE), index / SIDE % SIDE, index % SIDE))
        .collect();
    Ok((Tensor::from_vec(pixels, (IMAGES, 1, SIDE, SIDE), device)?, labels))
}
