//! What this machine can do at most: multiply-adds and bytes a second.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::numbers::median;

/// Runs of each measurement, after one that wakes the threads and touches the
/// memory.
const RUNS: usize = 9;

/// Sums that a thread keeps in registers: two units that need four cycles each
/// for a multiply-add are busy with eight, and with two operands they fit the
/// 16 registers of AVX2.
const SUMS: usize = 12;
/// Multiply-adds of a run to each sum, about 20 ms. A power of two below 2²⁴:
/// f32 counts them exactly.
const STEPS: usize = 1 << 23;

/// Floats of each of the buffers that are copied: 256 MiB.
const COPY_LEN: usize = 1 << 26;
/// Floats that are copied at a time, 1 MiB.
const COPY_CHUNK: usize = 1 << 18;

/// The most f32 multiply-adds a second that all threads of the kernels do
/// together out of registers, with the widest vectors of the CPU, whatever
/// `NIN_SIMD` says: the best of several runs. Measured once a process.
pub fn multiply_adds_per_sec() -> f64 {
    static PEAK: OnceLock<f64> = OnceLock::new();
    *PEAK.get_or_init(|| {
        let peak = best_multiply_adds_per_sec();
        println!("measured peak: {:.1} GFLOP/s", 2e-9 * peak);
        peak
    })
}

/// Bytes a second, read and written, of a copy by all threads of the kernels
/// between two buffers of 256 MiB: the median of several runs. Measured once a
/// process.
pub fn bytes_per_sec() -> f64 {
    static RATE: OnceLock<f64> = OnceLock::new();
    *RATE.get_or_init(|| {
        let rate = median_bytes_per_sec();
        println!("measured memory rate: {:.1} GB/s", 1e-9 * rate);
        rate
    })
}

fn best_multiply_adds_per_sec() -> f64 {
    let rates = (0..=RUNS).map(|_| {
        let start = Instant::now();
        let counts = rayon::broadcast(|_| Arch::new().dispatch(CountUp { steps: STEPS }));
        let secs = start.elapsed().as_secs_f64();
        counts.into_iter().map(f64::from).sum::<f64>() / secs
    });
    rates.fold(0.0, f64::max)
}

fn median_bytes_per_sec() -> f64 {
    // Not zeros: pages that nobody has written share one page of memory.
    let from = vec![1.0_f32; COPY_LEN];
    let mut to = vec![0.0_f32; COPY_LEN];
    let mut rates = Vec::new();
    for run in 0..=RUNS {
        let start = Instant::now();
        let chunks = to.par_chunks_mut(COPY_CHUNK).zip(from.par_chunks(COPY_CHUNK));
        chunks.for_each(|(to, from)| to.copy_from_slice(from));
        let secs = start.elapsed().as_secs_f64();
        black_box(&mut to);
        if run > 0 {
            rates.push(2.0 * size_of_val(from.as_slice()) as f64 / secs);
        }
    }
    median(rates).expect("at least one run")
}

/// Multiply-adds that count themselves: each adds 1 · 1 to a sum that depends
/// on no other. The output is the total.
struct CountUp {
    steps: usize,
}

impl WithSimd for CountUp {
    type Output = f32;

    // Plain loops: a closure would be compiled without the vectors' instructions
    // and the sums would go through memory.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        // The compiler must not know the factors.
        let left = simd.splat_f32s(black_box(1.0));
        let right = simd.splat_f32s(black_box(1.0));
        let mut sums = [simd.splat_f32s(0.0); SUMS];
        for _ in 0..self.steps {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(left, right, *sum);
            }
        }
        let mut total = simd.splat_f32s(0.0);
        for sum in sums {
            total = simd.add_f32s(total, sum);
        }
        simd.reduce_sum_f32s(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lanes;

    impl WithSimd for Lanes {
        type Output = usize;

        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }

    #[test]
    fn the_multiply_adds_count_themselves() {
        let count = Arch::new().dispatch(CountUp { steps: 5 });
        assert_eq!(count, (5 * SUMS * Arch::new().dispatch(Lanes)) as f32);
    }
}
