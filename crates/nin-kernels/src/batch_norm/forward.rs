//! Normalising by the statistics of the batch or by given ones.

use pulp::{Simd, WithSimd};

use super::statistics::of_batch;
use super::{BLOCK, BatchNorm, Statistics, StatisticsMut, blocks, task_len};
use crate::SimdLevel;
use crate::parallel::{chunk, for_each_chunk};

/// Normalises by the statistics of the batch, which go to `saved` for
/// [`backward`](super::backward) and [`update_running`](super::update_running).
///
/// # Panics
///
/// If there is no row, or a slice has another length than the channels or the
/// input demand.
pub fn forward_train(
    norm: &BatchNorm<'_>,
    input: &[f32],
    output: &mut [f32],
    mut saved: StatisticsMut<'_>,
) {
    saved.as_ref().check(norm.channels());
    of_batch(input, &mut saved);
    forward_eval(norm, saved.as_ref(), input, output);
}

/// Normalises by given statistics.
///
/// # Panics
///
/// If a slice has another length than the channels or the input demand.
pub fn forward_eval(
    norm: &BatchNorm<'_>,
    statistics: Statistics<'_>,
    input: &[f32],
    output: &mut [f32],
) {
    let channels = norm.channels();
    norm.rows(input);
    statistics.check(channels);
    assert_eq!(output.len(), input.len(), "length of output");
    let task = task_len(channels);
    for_each_chunk(output, task, &|index, output| {
        let input = chunk(input, task, index);
        SimdLevel::current().run(Normalise { norm, statistics, input, output });
    });
}

/// Normalises some rows.
struct Normalise<'a> {
    norm: &'a BatchNorm<'a>,
    statistics: Statistics<'a>,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { norm, statistics, input, output } = self;
        let channels = norm.channels();
        for block in blocks(channels) {
            let mut scales = [0.0; BLOCK];
            let scales = &mut scales[..block.len()];
            let factors =
                norm.weight[block.clone()].iter().zip(&statistics.variance[block.clone()]);
            for (scale, (weight, &variance)) in scales.iter_mut().zip(factors) {
                *scale = weight * norm.inv_std(variance);
            }
            let mean = &statistics.mean[block.clone()];
            let bias = &norm.bias[block.clone()];
            for (y, x) in output.chunks_exact_mut(channels).zip(input.chunks_exact(channels)) {
                let values = y[block.clone()].iter_mut().zip(&x[block.clone()]);
                let constants = mean.iter().zip(&*scales).zip(bias);
                for ((y, x), ((mean, scale), bias)) in values.zip(constants) {
                    *y = norm.activation.apply((x - mean) * scale + bias);
                }
            }
        }
    }
}
