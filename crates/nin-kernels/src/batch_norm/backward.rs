//! The gradients of input, weight and bias.

use std::ops::Range;
use std::slice;

use pulp::{Simd, WithSimd};

use super::statistics::{LANES, lanes};
use super::{BLOCK, BatchNorm, Statistics, blocks, task_len};
use crate::SimdLevel;
use crate::parallel::{for_each_chunk, for_each_chunk_pair};

/// Where the three gradients go.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// (rows, C).
    pub input: &'a mut [f32],
    /// (C).
    pub weight: &'a mut [f32],
    /// (C).
    pub bias: &'a mut [f32],
}

/// What the forward pass in training read and saved.
#[derive(Clone, Copy, Debug)]
struct Pass<'a> {
    norm: &'a BatchNorm<'a>,
    saved: Statistics<'a>,
    /// Rows that the statistics are taken over.
    count: usize,
    input: &'a [f32],
    grad_output: &'a [f32],
}

/// Writes all gradients of [`forward_train`](super::forward_train), given what
/// it read and saved and the gradient by the output before the activation
/// ([`Activation::backward_in_place`](crate::Activation::backward_in_place)
/// makes it of the one after it).
///
/// # Panics
///
/// If there is no row, or a slice has another length than the channels or the
/// input demand.
pub fn backward(
    norm: &BatchNorm<'_>,
    saved: Statistics<'_>,
    input: &[f32],
    grad_output: &[f32],
    grads: Gradients<'_>,
) {
    let channels = norm.channels();
    let count = norm.rows(input);
    assert!(count > 0, "an empty batch has no mean");
    saved.check(channels);
    assert_eq!(grad_output.len(), input.len(), "length of grad_output");
    assert_eq!(grads.input.len(), input.len(), "length of the gradient of input");
    assert_eq!(grads.weight.len(), channels, "length of the gradient of weight");
    assert_eq!(grads.bias.len(), channels, "length of the gradient of bias");
    let pass = Pass { norm, saved, count, input, grad_output };

    for_each_chunk_pair((grads.weight, LANES), (grads.bias, LANES), &|task, weight, bias| {
        let first = task * LANES;
        if weight.len() == LANES {
            SimdLevel::current().run(SumLanes { pass, first, weight, bias });
        } else {
            for (lane, (weight, bias)) in weight.iter_mut().zip(bias).enumerate() {
                let (weight, bias) = (slice::from_mut(weight), slice::from_mut(bias));
                pass.sum_lanes::<1>(first + lane, weight, bias);
            }
        }
    });
    let (weight, bias) = (&*grads.weight, &*grads.bias);
    let len = task_len(channels);
    for_each_chunk(grads.input, len, &|task, grad_input| {
        let start = task * len;
        let pass = pass.slice(start..start + grad_input.len());
        SimdLevel::current().run(WriteInput { pass, weight, bias, grad_input });
    });
}

/// Sums up the gradients of [`LANES`] channels from `first` on.
struct SumLanes<'a> {
    pass: Pass<'a>,
    first: usize,
    weight: &'a mut [f32],
    bias: &'a mut [f32],
}

impl WithSimd for SumLanes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.pass.sum_lanes::<LANES>(self.first, self.weight, self.bias);
    }
}

/// Writes the gradient of the input of some rows, given those of weight and bias.
struct WriteInput<'a> {
    pass: Pass<'a>,
    weight: &'a [f32],
    bias: &'a [f32],
    grad_input: &'a mut [f32],
}

impl WithSimd for WriteInput<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.pass.write_input(self.weight, self.bias, self.grad_input);
    }
}

impl Pass<'_> {
    /// The same pass over some of its elements; `count` stays.
    fn slice(&self, elements: Range<usize>) -> Self {
        Self {
            input: &self.input[elements.clone()],
            grad_output: &self.grad_output[elements],
            ..*self
        }
    }

    /// The gradients of the N weights and biases from `first` on.
    #[inline(always)]
    fn sum_lanes<const N: usize>(&self, first: usize, weight: &mut [f32], bias: &mut [f32]) {
        let channels = self.norm.channels();
        let mut sums = [0.0_f64; N];
        // Of g · (x − mean); one division by the deviation at the end.
        let mut products = [0.0_f64; N];
        let mean = lanes::<N>(self.saved.mean, first).map(f64::from);
        let rows = self.input.chunks_exact(channels);
        for (x, grad) in rows.zip(self.grad_output.chunks_exact(channels)) {
            let (x, grad) = (lanes::<N>(x, first), lanes::<N>(grad, first));
            for lane in 0..N {
                let grad = f64::from(grad[lane]);
                sums[lane] += grad;
                products[lane] += grad * (f64::from(x[lane]) - mean[lane]);
            }
        }
        let variance = lanes::<N>(self.saved.variance, first).map(f64::from);
        for lane in 0..N {
            weight[lane] = (products[lane] / (variance[lane] + self.norm.eps).sqrt()) as f32;
            bias[lane] = sums[lane] as f32;
        }
    }

    /// The gradient of the input.
    #[inline(always)]
    fn write_input(&self, grad_weight: &[f32], grad_bias: &[f32], grad_input: &mut [f32]) {
        let Self { norm, saved, count, input, grad_output } = *self;
        let channels = norm.channels();
        for block in blocks(channels) {
            // ∂L/∂x = scale · (g − centre − slope · (x − mean)).
            let mut scales = [0.0; BLOCK];
            let mut centres = [0.0; BLOCK];
            let mut slopes = [0.0; BLOCK];
            for (lane, c) in block.clone().enumerate() {
                let inv_std = norm.inv_std(saved.variance[c]);
                scales[lane] = norm.weight[c] * inv_std;
                centres[lane] = grad_bias[c] / count as f32;
                slopes[lane] = inv_std * grad_weight[c] / count as f32;
            }
            let mean = &saved.mean[block.clone()];
            let rows = input.chunks_exact(channels).zip(grad_output.chunks_exact(channels));
            for (grad_input, (x, grad)) in grad_input.chunks_exact_mut(channels).zip(rows) {
                let values = x[block.clone()].iter().zip(&grad[block.clone()]);
                let constants = scales.iter().zip(&centres).zip(&slopes).zip(mean);
                let lanes = grad_input[block.clone()].iter_mut().zip(values).zip(constants);
                for ((grad_input, (x, grad)), (((scale, centre), slope), mean)) in lanes {
                    *grad_input = scale * (grad - centre - slope * (x - mean));
                }
            }
        }
    }
}
