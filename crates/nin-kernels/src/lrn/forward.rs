//! The normalised values, a pixel after the other.

use pulp::{Simd, WithSimd};

use super::LrnParams;
use super::power::Power;
use super::window::{BLOCK, REACH, blocks, write_denominators};

/// Normalises some pixels.
pub(super) struct Forward<'a> {
    pub(super) params: &'a LrnParams,
    pub(super) power: Power,
    pub(super) channels: usize,
    pub(super) input: &'a [f32],
    pub(super) output: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { params, power, channels, input, output } = self;
        let mut squares = [0.0; REACH];
        let mut denominators = [0.0; BLOCK];
        let pixels = output.chunks_exact_mut(channels).zip(input.chunks_exact(channels));
        for (y, x) in pixels {
            for block in blocks(channels) {
                let denominators = &mut denominators[..block.len()];
                write_denominators(params, x, block.clone(), &mut squares, denominators);
                power.invert(denominators);
                let values = x[block.clone()].iter().zip(&*denominators);
                for (y, (x, inverse)) in y[block].iter_mut().zip(values) {
                    *y = x * inverse;
                }
            }
        }
    }
}
