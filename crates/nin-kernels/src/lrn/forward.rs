//! The normalised values.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::LrnParams;
use super::power::Power;
use super::row::Row;
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
        let mut writer = Writer { params, power, squares: [0.0; _], inverses: [0.0; _] };
        if let Some(row) = Row::new(params, channels) {
            let (mut inputs, mut outputs) = ([0.0; BLOCK], [0.0; BLOCK]);
            for (y, x) in output.chunks_mut(row.len()).zip(input.chunks(row.len())) {
                let x = row.join(x, &mut inputs);
                writer.write(x, 0..x.len(), &mut outputs[..x.len()]);
                row.split(&outputs, y);
            }
        } else {
            let pixels = output.chunks_exact_mut(channels).zip(input.chunks_exact(channels));
            for (y, x) in pixels {
                for block in blocks(channels) {
                    writer.write(x, block.clone(), &mut y[block]);
                }
            }
        }
    }
}

/// Writes values a block of channels at a time.
struct Writer<'a> {
    params: &'a LrnParams,
    power: Power,
    squares: [f32; REACH],
    /// d_c, then d_c^(−beta).
    inverses: [f32; BLOCK],
}

impl Writer<'_> {
    /// The values of the channels `block` of one pixel or row.
    #[inline(always)]
    fn write(&mut self, x: &[f32], block: Range<usize>, output: &mut [f32]) {
        let inverses = &mut self.inverses[..block.len()];
        write_denominators(self.params, x, block.clone(), &mut self.squares, inverses);
        self.power.invert(inverses);
        for (y, (x, inverse)) in output.iter_mut().zip(x[block].iter().zip(inverses)) {
            *y = x * *inverse;
        }
    }
}
