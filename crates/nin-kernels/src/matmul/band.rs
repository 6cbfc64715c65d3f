//! A product a few rows at a time.

use std::marker::PhantomData;

use pulp::Simd;

use super::ahead::Ahead;
use super::arithmetic::Arithmetic;
use super::tile::{self, Lanes, Operands, VECTORS};
use super::{Epilogue, Lhs, panel_width};
use crate::simd::prefetch_near;

/// A product, to be computed a few rows at a time.
pub(super) struct Band<'a, A, S> {
    pub(super) arithmetic: PhantomData<A>,
    pub(super) simd: S,
    pub(super) columns: usize,
    pub(super) depth: usize,
    pub(super) lhs: Lhs<'a>,
    pub(super) rhs: &'a [f32],
    pub(super) rhs_stride: usize,
    pub(super) panel_stride: usize,
    pub(super) row_stride: usize,
    pub(super) epilogue: Epilogue<'a>,
    pub(super) ahead: [Ahead; 2],
    /// The output's memory, asked for while the rows before are computed.
    pub(super) output_ahead: Ahead,
    /// Whether there is memory for whole vectors of the right operand, whatever
    /// it holds beside the last column: loads without a mask are faster.
    pub(super) has_whole_vectors: bool,
    pub(super) panels: usize,
}

impl<A: Arithmetic, S: Simd> Band<'_, A, S> {
    /// # Safety
    ///
    /// The CPU must have what `A` needs. The operands must have these rows and
    /// all columns over the whole depth, whole vectors where
    /// `has_whole_vectors`; the output these rows, and the epilogue's bias all
    /// columns, its values what the output has.
    #[inline(always)]
    pub(super) unsafe fn multiply(&self, row: usize, height: usize, output: &mut [f32]) {
        macro_rules! heights {
            ($($height:literal)+) => {
                match height {
                    // SAFETY: the caller's promise.
                    $($height if const { $height <= tile::max_rows::<A, S>() } => unsafe {
                        self.rows::<$height>(row, output);
                    },)+
                    _ => unreachable!("a tile has 1 to {} rows", tile::max_rows::<A, S>()),
                }
            };
        }
        heights!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    /// A function of its own for each height: the compiler takes far longer over
    /// one that has them all.
    ///
    /// # Safety
    ///
    /// As for `multiply`.
    #[inline(never)]
    unsafe fn rows<const ROWS: usize>(&self, row: usize, output: &mut [f32]) {
        // SAFETY: the caller's promise.
        unsafe {
            A::vectorize(
                self.simd,
                #[inline(always)]
                || self.all_panels::<ROWS>(row, output),
            );
        }
    }

    /// # Safety
    ///
    /// As for `multiply`.
    #[inline(always)]
    unsafe fn all_panels<const ROWS: usize>(&self, row: usize, output: &mut [f32]) {
        let (width, lanes) = (panel_width::<S>(), S::F32_LANES);
        let full = self.columns / width;
        // SAFETY: the caller's promise; the last panel reads and writes its
        // existing columns only.
        unsafe {
            for panel in 0..full {
                self.tile::<ROWS, VECTORS>(row, panel, Lanes::All, output);
            }
            let rest = self.columns - full * width;
            let vectors = rest.div_ceil(lanes);
            let lanes_of_last = (rest + lanes - vectors * lanes) as u32;
            let last = Lanes::Last(self.simd.mask_between_m32s(0, lanes_of_last));
            match vectors {
                0 => {}
                1 => self.tile::<ROWS, 1>(row, full, last, output),
                _ => self.tile::<ROWS, VECTORS>(row, full, last, output),
            }
        }
    }

    /// # Safety
    ///
    /// As for `multiply`, with the columns of `COUNT` vectors that exist.
    #[inline(always)]
    unsafe fn tile<const ROWS: usize, const COUNT: usize>(
        &self,
        row: usize,
        panel: usize,
        lanes: Lanes<S>,
        output: &mut [f32],
    ) {
        let Self { simd, depth, lhs, rhs, rhs_stride, row_stride, .. } = *self;
        let column = panel * panel_width::<S>();
        let share = row * self.panels + panel * ROWS;
        let [first, second] = self.ahead;
        let ahead = [
            first.of_tile(share, ROWS),
            second.of_tile(share, ROWS),
            self.output_ahead.of_tile(share + ROWS * self.panels, ROWS),
        ];
        let operands = Operands {
            depth,
            lhs: lhs.data.as_ptr().wrapping_add(row * lhs.row_stride),
            lhs_row_stride: lhs.row_stride,
            lhs_stride: lhs.stride,
            rhs: rhs.as_ptr().wrapping_add(panel * self.panel_stride),
            rhs_stride,
            ahead,
        };
        let start = row * row_stride + column;
        let output = output.as_mut_ptr().wrapping_add(start);
        if row == 0 {
            for row in 0..ROWS {
                for index in 0..COUNT {
                    prefetch_near(output.wrapping_add(row * row_stride + index * S::F32_LANES));
                }
            }
        }
        let loaded = if self.has_whole_vectors { Lanes::All } else { lanes };
        // SAFETY: the caller's promise.
        unsafe {
            let sums = tile::sums::<A, S, ROWS, COUNT>(simd, operands, loaded);
            for (row, sums) in sums.into_iter().enumerate() {
                let output = output.wrapping_add(row * row_stride);
                for (index, sum) in sums.into_iter().enumerate() {
                    let value = match self.epilogue {
                        Epilogue::Overwrite => sum,
                        Epilogue::Add => {
                            simd.add_f32s(lanes.load::<COUNT>(simd, output, index), sum)
                        }
                        Epilogue::Bias(bias, activation) => {
                            let bias = bias.as_ptr().wrapping_add(column);
                            let bias = lanes.load::<COUNT>(simd, bias, index);
                            activation.apply_vector(simd, simd.add_f32s(sum, bias))
                        }
                        Epilogue::Through(values, activation) => {
                            let values = values.as_ptr().wrapping_add(start + row * row_stride);
                            let value = lanes.load::<COUNT>(simd, values, index);
                            activation.backward_vector(simd, value, sum)
                        }
                    };
                    lanes.store::<COUNT>(simd, output, index, value);
                }
            }
        }
    }
}
