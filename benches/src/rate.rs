//! What this machine reaches on a plain matrix product.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use candle_core::{Device, Tensor};

use crate::numbers::median;

/// Rows, columns and inner size of the product.
const SIZE: usize = 1024;
const RUNS: usize = 9;

/// Multiply-adds a second of an f32 matrix product of 1024³ by the `gemm` crate
/// (candle's `matmul`), on as many threads as the kernels use. Measured once a
/// process.
///
/// This is a rate that a good program reaches, not the peak of the arithmetic
/// units: safe Rust built for the oldest x86-64 has no fused multiply-add to
/// measure that with. A kernel that does less arithmetic than the plain formula
/// or that multiplies better can be above it.
pub fn matrix_product() -> f64 {
    static RATE: OnceLock<f64> = OnceLock::new();
    *RATE.get_or_init(|| {
        let rate = measure().expect("a product of two square matrices");
        println!("matrix-product rate: {:.1} GFLOP/s", 2e-9 * rate);
        rate
    })
}

fn measure() -> candle_core::Result<f64> {
    let matrix = Tensor::full(0.5_f32, (SIZE, SIZE), &Device::Cpu)?;
    let mut rates = Vec::new();
    // The first run wakes the threads.
    for run in 0..=RUNS {
        let start = Instant::now();
        black_box(matrix.matmul(&matrix)?);
        let secs = start.elapsed().as_secs_f64();
        if run > 0 {
            rates.push((SIZE * SIZE * SIZE) as f64 / secs);
        }
    }
    Ok(median(rates).expect("at least one run"))
}
