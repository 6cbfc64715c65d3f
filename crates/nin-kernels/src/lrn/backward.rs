//! The gradient of the input.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::LrnParams;
use super::power::Power;
use super::row::Row;
use super::window::{BLOCK, REACH, WIDE, blocks, turns, write_denominators};

/// Writes the gradient of some pixels.
pub(super) struct Backward<'a> {
    pub(super) params: &'a LrnParams,
    pub(super) power: Power,
    pub(super) channels: usize,
    pub(super) input: &'a [f32],
    pub(super) grad_output: &'a [f32],
    pub(super) grad_input: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { params, power, channels, input, grad_output, grad_input } = self;
        let row = Row::new(params, channels);
        let mut writer = Writer::new(params, power, row.as_ref());
        if let Some(row) = &row {
            let [mut inputs, mut grads, mut outputs] = [[0.0; BLOCK]; 3];
            let pixels = input.chunks(row.len()).zip(grad_output.chunks(row.len()));
            for (grad_input, (x, grad)) in grad_input.chunks_mut(row.len()).zip(pixels) {
                let x = row.join(x, &mut inputs);
                let grad = row.join(grad, &mut grads);
                writer.write(x, grad, 0..x.len(), &mut outputs[..x.len()]);
                row.split(&outputs, grad_input);
            }
        } else {
            let pixels = input.chunks_exact(channels).zip(grad_output.chunks_exact(channels));
            for (grad_input, (x, grad)) in grad_input.chunks_exact_mut(channels).zip(pixels) {
                for block in blocks(channels) {
                    writer.write(x, grad, block.clone(), &mut grad_input[block]);
                }
            }
        }
    }
}

/// Writes the gradient a block of channels at a time.
struct Writer<'a> {
    params: &'a LrnParams,
    power: Power,
    /// What holds several pixels, if anything does.
    row: Option<&'a Row>,
    squares: [f32; REACH],
    denominators: [f32; WIDE],
    /// d_c^(−beta).
    inverses: [f32; WIDE],
    /// g_c · x_c · d_c^(−beta − 1).
    terms: [f32; REACH],
    /// Sums of terms.
    sums: [f32; BLOCK],
}

impl<'a> Writer<'a> {
    fn new(params: &'a LrnParams, power: Power, row: Option<&'a Row>) -> Self {
        Self {
            params,
            power,
            row,
            squares: [0.0; _],
            denominators: [0.0; _],
            inverses: [0.0; _],
            terms: [0.0; _],
            sums: [0.0; _],
        }
    }

    /// The gradient of the channels `block` of one pixel or row.
    #[inline(always)]
    fn write(&mut self, x: &[f32], grad: &[f32], block: Range<usize>, grad_input: &mut [f32]) {
        let params = self.params;
        let sums = &mut self.sums[..block.len()];
        sums.fill(0.0);
        // The windows that hold a channel are centred at most `above` channels
        // below and `below` above it.
        for turn in turns(params.above(), params.below(), block.clone(), x.len()) {
            let centres = turn.channels.clone();
            let denominators = &mut self.denominators[..centres.len()];
            write_denominators(params, x, centres.clone(), &mut self.squares, denominators);
            let inverses = &mut self.inverses[..centres.len()];
            inverses.copy_from_slice(denominators);
            self.power.invert(inverses);
            let placed = turn.place(sums.len(), &mut self.terms);
            let values = x[centres.clone()].iter().zip(&grad[centres.clone()]);
            let values = values.zip(inverses.iter().zip(denominators));
            for (term, ((x, grad), (inverse, d))) in placed.iter_mut().zip(values) {
                *term = grad * x * *inverse / *d;
            }
            if let Some(row) = self.row {
                // A NaN of one pixel would reach the next one.
                row.clear_between(placed);
            }
            turn.add(&self.terms, sums);
            // At least one of the turns holds the whole block.
            if centres.start <= block.start && block.end <= centres.end {
                let inverses = &inverses[block.start - centres.start..];
                let values = grad[block.clone()].iter().zip(inverses);
                for (grad_input, (grad, inverse)) in grad_input.iter_mut().zip(values) {
                    *grad_input = grad * inverse;
                }
            }
        }
        let factor = (-2.0 * params.beta * params.weight()) as f32;
        for (grad_input, (x, sum)) in grad_input.iter_mut().zip(x[block].iter().zip(sums)) {
            *grad_input += factor * x * *sum;
        }
    }
}
