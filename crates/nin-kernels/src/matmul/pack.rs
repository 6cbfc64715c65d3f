//! Packing a right operand into panels.

use pulp::{Simd, WithSimd};

use super::panel_width;
use super::tile::VECTORS;
use crate::SimdLevel;
use crate::simd::LANES;

/// The widest panel of any level.
const MAX_PANEL_WIDTH: usize = VECTORS * LANES;

/// Floats that [`pack_transposed`] needs at any level.
pub(crate) fn packed_len(columns: usize, depth: usize) -> usize {
    columns.next_multiple_of(MAX_PANEL_WIDTH) * depth
}

/// Packs the transpose of `matrix`, which has `columns` rows of `depth`
/// numbers, `row_stride` apart: number k of row c becomes column c at depth k.
/// What lies beside the last column is not written and does not matter.
pub(crate) fn pack_transposed(
    level: SimdLevel,
    [columns, depth]: [usize; 2],
    (matrix, row_stride): (&[f32], usize),
    packed: &mut [f32],
) {
    level.run(Pack { columns, depth, matrix, row_stride, packed });
}

struct Pack<'a> {
    columns: usize,
    depth: usize,
    matrix: &'a [f32],
    row_stride: usize,
    packed: &'a mut [f32],
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        /// Numbers of a row taken at once: a cache line.
        const RUN: usize = 16;
        let Self { columns, depth, matrix, row_stride, packed } = self;
        let width = panel_width::<S>();
        for (panel, packed) in packed.chunks_mut((width * depth).max(1)).enumerate() {
            let first = (panel * width).min(columns);
            let rows = first..(first + width).min(columns);
            for start in (0..depth).step_by(RUN) {
                let run = start..(start + RUN).min(depth);
                for (column, row) in rows.clone().enumerate() {
                    let numbers = &matrix[row * row_stride..][run.clone()];
                    let places = packed[run.start * width + column..].iter_mut().step_by(width);
                    for (place, number) in places.zip(numbers) {
                        *place = *number;
                    }
                }
            }
        }
    }
}
