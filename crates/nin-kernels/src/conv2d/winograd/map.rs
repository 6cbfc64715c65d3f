//! Vectors of channels of one channels-last map, inside and outside of it.

use std::ops::Range;

use pulp::Simd;

use super::transform::Square;
use crate::simd::{load, store};
use crate::window::inside;

/// Height, width and channels of a map.
#[derive(Clone, Copy)]
pub(super) struct MapShape {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

/// The part of a square of pixels that lies inside a map.
pub(super) struct Overlap {
    map: MapShape,
    /// Its rows and columns in the square.
    rows: Range<usize>,
    columns: Range<usize>,
    /// Where the map has its first pixel.
    start: usize,
}

impl MapShape {
    pub(super) fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// The part of the square of `size` × `size` pixels from (top, left) on.
    pub(super) fn overlap(self, size: usize, [top, left]: [isize; 2]) -> Overlap {
        let rows = inside(top, size, self.height);
        let columns = inside(left, size, self.width);
        let is_empty = rows.is_empty() || columns.is_empty();
        let (y, x) = (top + rows.start.cast_signed(), left + columns.start.cast_signed());
        let pixel = if is_empty { 0 } else { y.cast_unsigned() * self.width + x.cast_unsigned() };
        let rows = if is_empty { 0..0 } else { rows };
        Overlap { map: self, rows, columns, start: pixel * self.channels }
    }
}

impl Overlap {
    /// Reads the vectors from `channel` on of the pixels inside `map` into
    /// `square`, and leaves its others.
    #[inline(always)]
    pub(super) fn load<S: Simd, const N: usize>(
        &self,
        simd: S,
        map: &[f32],
        channel: usize,
        square: &mut Square<S::f32s, N>,
    ) {
        let vectors = self.vectors::<S>(map.len(), channel);
        for (y, row) in square.0[self.rows.clone()].iter_mut().enumerate() {
            for (x, vector) in row[self.columns.clone()].iter_mut().enumerate() {
                // SAFETY: an overlap has pixels of the map only; `vectors` has
                // checked that the slice is a map and has the vector.
                *vector = unsafe { vectors.load(simd, map, self.at(y, x) + channel) };
            }
        }
    }

    /// Writes the vectors of `square` whose pixels are inside `map` from
    /// `channel` on.
    #[inline(always)]
    pub(super) fn store<S: Simd, const N: usize>(
        &self,
        simd: S,
        map: &mut [f32],
        channel: usize,
        square: &Square<S::f32s, N>,
    ) {
        let vectors = self.vectors::<S>(map.len(), channel);
        for (y, row) in square.0[self.rows.clone()].iter().enumerate() {
            for (x, vector) in row[self.columns.clone()].iter().enumerate() {
                // SAFETY: as in `load`.
                unsafe { vectors.store(simd, map, self.at(y, x) + channel, *vector) };
            }
        }
    }

    /// Adds the vectors of `square` to the pixels inside `map` from `channel` on.
    #[inline(always)]
    pub(super) fn add<S: Simd, const N: usize>(
        &self,
        simd: S,
        map: &mut [f32],
        channel: usize,
        square: &Square<S::f32s, N>,
    ) {
        let vectors = self.vectors::<S>(map.len(), channel);
        for (y, row) in square.0[self.rows.clone()].iter().enumerate() {
            for (x, vector) in row[self.columns.clone()].iter().enumerate() {
                let at = self.at(y, x) + channel;
                // SAFETY: as in `load`.
                unsafe {
                    let sum = simd.add_f32s(vectors.load(simd, map, at), *vector);
                    vectors.store(simd, map, at, sum);
                }
            }
        }
    }

    /// Where pixel (y, x) of the overlap has its channels.
    #[inline(always)]
    fn at(&self, y: usize, x: usize) -> usize {
        self.start + (y * self.map.width + x) * self.map.channels
    }

    /// How much of a vector a pixel has from `channel` on.
    #[inline(always)]
    fn vectors<S: Simd>(&self, map_len: usize, channel: usize) -> Vectors {
        assert!(map_len >= self.map.len() && channel < self.map.channels, "a channel of the map");
        match self.map.channels - channel {
            len if len >= S::F32_LANES => Vectors::Whole,
            len => Vectors::Of(len),
        }
    }
}

#[derive(Clone, Copy)]
enum Vectors {
    Whole,
    /// The first numbers only.
    Of(usize),
}

impl Vectors {
    /// The numbers of `map` from `at` on.
    ///
    /// # Safety
    ///
    /// The map must have them.
    #[inline(always)]
    unsafe fn load<S: Simd>(self, simd: S, map: &[f32], at: usize) -> S::f32s {
        match self {
            // SAFETY: the caller's promise; unaligned reads need no alignment.
            Self::Whole => unsafe { map.as_ptr().add(at).cast::<S::f32s>().read_unaligned() },
            Self::Of(len) => load(simd, &map[at..at + len]),
        }
    }

    /// Writes over the numbers of `map` from `at` on.
    ///
    /// # Safety
    ///
    /// The map must have them.
    #[inline(always)]
    unsafe fn store<S: Simd>(self, simd: S, map: &mut [f32], at: usize, vector: S::f32s) {
        match self {
            // SAFETY: as in `load`.
            Self::Whole => unsafe {
                map.as_mut_ptr().add(at).cast::<S::f32s>().write_unaligned(vector);
            },
            Self::Of(len) => store(simd, &mut map[at..at + len], vector),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_what_square_and_map_share() {
        let map = MapShape { height: 5, width: 4, channels: 3 };
        let overlap = |corner| {
            let Overlap { rows, columns, start, .. } = map.overlap(3, corner);
            (rows, columns, start / 3)
        };
        assert_eq!(overlap([1, 1]), (0..3, 0..3, 5));
        assert_eq!(overlap([-2, -1]), (2..3, 1..3, 0));
        assert_eq!(overlap([4, 2]), (0..1, 0..2, 18));
        assert_eq!(overlap([5, 0]).0, 0..0);
        assert_eq!(overlap([-3, 7]).0, 0..0);
    }
}
