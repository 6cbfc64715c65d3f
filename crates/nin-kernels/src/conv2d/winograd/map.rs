//! Vectors of channels of one channels-last map, inside and outside of it.

use std::ops::Range;

use pulp::Simd;

use super::transform::Square;
use crate::simd::load;

/// Height, width and channels of a map.
#[derive(Clone, Copy)]
pub(super) struct MapShape {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl MapShape {
    pub(super) fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Where pixel (y, x) has the numbers from `channel` on, if it is inside.
    #[inline(always)]
    fn channels_of(&self, (y, x): (isize, isize), channel: usize) -> Option<Range<usize>> {
        let (y, x) = (y.cast_unsigned(), x.cast_unsigned());
        // A negative place is a very large one here.
        if y < self.height && x < self.width {
            let pixel = (y * self.width + x) * self.channels;
            Some(pixel + channel..pixel + self.channels)
        } else {
            None
        }
    }

    /// The vectors from `channel` on of N × N pixels from (top, left) on; zeros
    /// outside of the map.
    #[inline(always)]
    pub(super) fn load<S: Simd, const N: usize>(
        &self,
        simd: S,
        map: &[f32],
        [top, left]: [isize; 2],
        channel: usize,
    ) -> Square<S::f32s, N> {
        let mut square = Square([[simd.splat_f32s(0.0); N]; N]);
        for y in 0..N {
            for x in 0..N {
                let pixel = (top + y.cast_signed(), left + x.cast_signed());
                if let Some(channels) = self.channels_of(pixel, channel) {
                    square.0[y][x] = load(simd, &map[channels]);
                }
            }
        }
        square
    }

    /// Passes each pixel of N × N from (top, left) on that is inside to
    /// `visit`, with its numbers from `channel` on and its vector.
    #[inline(always)]
    pub(super) fn for_each<S: Simd, const N: usize>(
        &self,
        map: &mut [f32],
        [top, left]: [isize; 2],
        channel: usize,
        square: &Square<S::f32s, N>,
        visit: impl Fn(&mut [f32], S::f32s),
    ) {
        for y in 0..N {
            for x in 0..N {
                let pixel = (top + y.cast_signed(), left + x.cast_signed());
                if let Some(channels) = self.channels_of(pixel, channel) {
                    visit(&mut map[channels], square.0[y][x]);
                }
            }
        }
    }
}
