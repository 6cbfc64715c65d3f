//! One row of outputs: the best values of a window stay in registers, some
//! channels at a time.

use pulp::{Simd, WithSimd};

use crate::PoolShape;
use crate::covered::Covered;
use crate::simd::LANES;

/// The windows of one row of outputs.
#[derive(Clone, Copy)]
pub(super) struct Windows<'a> {
    pub(super) shape: &'a PoolShape,
    /// The image that they slide over.
    pub(super) image: &'a [f32],
    pub(super) out_y: usize,
}

/// Writes the largest values and their positions.
pub(super) struct Indexed<'a> {
    pub(super) windows: Windows<'a>,
    pub(super) output: &'a mut [f32],
    pub(super) indices: &'a mut [u8],
}

impl WithSimd for Indexed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { windows, output, indices } = self;
        let channels = windows.shape.channels();
        let pixels = output.chunks_exact_mut(channels).zip(indices.chunks_exact_mut(channels));
        for (out_x, (output, indices)) in pixels.enumerate() {
            let covered = windows.shape.covered(windows.out_y, out_x);
            let (outputs, output_rest) = output.as_chunks_mut::<LANES>();
            let (index_chunks, index_rest) = indices.as_chunks_mut::<LANES>();
            let mut channel = 0;
            for (output, indices) in outputs.iter_mut().zip(index_chunks) {
                let (best, positions) = windows.best::<LANES>(covered.clone(), channel);
                *output = best;
                for (index, position) in indices.iter_mut().zip(positions) {
                    *index = position as u8;
                }
                channel += LANES;
            }
            for (output, index) in output_rest.iter_mut().zip(index_rest) {
                let ([best], [position]) = windows.best::<1>(covered.clone(), channel);
                (*output, *index) = (best, position as u8);
                channel += 1;
            }
        }
    }
}

/// Writes the largest values.
pub(super) struct Values<'a> {
    pub(super) windows: Windows<'a>,
    pub(super) output: &'a mut [f32],
}

impl WithSimd for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { windows, output } = self;
        for (out_x, output) in output.chunks_exact_mut(windows.shape.channels()).enumerate() {
            let covered = windows.shape.covered(windows.out_y, out_x);
            let (outputs, rest) = output.as_chunks_mut::<LANES>();
            let mut channel = 0;
            for output in outputs {
                (*output, _) = windows.best::<LANES>(covered.clone(), channel);
                channel += LANES;
            }
            for output in rest {
                ([*output], _) = windows.best::<1>(covered.clone(), channel);
                channel += 1;
            }
        }
    }
}

impl<'a> Windows<'a> {
    /// Those of output row `row` of the batch `input`.
    pub(super) fn of_row(shape: &'a PoolShape, input: &'a [f32], row: usize) -> Self {
        let (image, out_y) = (row / shape.out_height(), row % shape.out_height());
        let image = &input[image * shape.in_image_len()..][..shape.in_image_len()];
        Self { shape, image, out_y }
    }

    /// The largest values of the window at `out_x` in the N channels from
    /// `channel` on, and their positions in the window.
    #[inline(always)]
    fn best<const N: usize>(&self, mut covered: Covered, channel: usize) -> ([f32; N], [u32; N]) {
        let (position, pixel) = covered.next().expect("padding is at most half a window");
        let mut best: [f32; N] = *self.values(pixel + channel);
        let mut positions = [position as u32; N];
        for (position, pixel) in covered {
            let values: &[f32; N] = self.values(pixel + channel);
            for lane in 0..N {
                // `|` in place of `||`: no branch, so that vectors can be used.
                let better = (values[lane] > best[lane]) | values[lane].is_nan();
                best[lane] = if better { values[lane] } else { best[lane] };
                positions[lane] = if better { position as u32 } else { positions[lane] };
            }
        }
        (best, positions)
    }

    #[inline(always)]
    fn values<const N: usize>(&self, start: usize) -> &[f32; N] {
        self.image[start..].first_chunk().expect("all channels of a pixel of the image")
    }
}
