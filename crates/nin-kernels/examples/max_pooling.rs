//! Overlapping max pooling of a ramp, and how its gradient adds up.
//!
//! `cargo run -p nin-kernels --example max_pooling`

use nin_kernels::{PoolShape, Rounding, ShapeError, Window, max_pool};

fn main() -> Result<(), ShapeError> {
    // The pooling of Network In Network with stride 1 instead of 2, so that
    // neighbouring windows share two of their three columns.
    let window = Window { kernel_size: 3, stride: 1, padding: 0 };
    let shape = PoolShape::new([1, 5, 5, 1], window, Rounding::Floor)?;

    // A ramp with a peak in the middle: every window holds it.
    let mut input: Vec<f32> = (0..25).map(|i| i as f32).collect();
    input[12] = 99.0;
    let mut output = vec![0.0; shape.output_len()];
    let mut indices = vec![0; shape.output_len()];
    max_pool::forward(&shape, &input, &mut output, &mut indices);
    print("input", &input, 5);
    print("output, 3x3 windows, stride 1", &output, shape.out_width());

    let mut grad_input = vec![0.0; shape.input_len()];
    max_pool::backward(&shape, &vec![1.0; output.len()], &indices, &mut grad_input);
    print("gradient of the sum: all nine windows pay into the peak", &grad_input, 5);
    Ok(())
}

fn print(title: &str, values: &[f32], width: usize) {
    println!("{title}");
    for row in values.chunks(width) {
        println!("{}", row.iter().map(|value| format!("{value:4}")).collect::<String>());
    }
}
