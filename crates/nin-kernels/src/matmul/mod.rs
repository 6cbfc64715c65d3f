//! Matrix products on the calling thread: output = lhs · rhs, in register
//! tiles over operands with strides, so that most need no copy.
//!
//! Each element is one sum over the depth in order, whatever its neighbours:
//! results do not depend on how an output is cut into products.

mod pack;
mod tile;

use pulp::{Simd, WithSimd};

use crate::simd::prefetch;
use crate::{Activation, SimdLevel};
use tile::{Lanes, Operands, VECTORS};

pub(crate) use pack::{pack_transposed, packed_len};

/// The left operand: row r at depth k is `data[r · row_stride + k · stride]`.
#[derive(Clone, Copy)]
pub(crate) struct Lhs<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) row_stride: usize,
    pub(crate) stride: usize,
}

/// The right operand, whose columns at one depth are adjacent.
#[derive(Clone, Copy)]
pub(crate) enum Rhs<'a> {
    /// A row a depth, `stride` apart.
    Rows { data: &'a [f32], stride: usize },
    /// What [`pack_transposed`] made at the same level.
    Packed(&'a [f32]),
}

/// What becomes of the sums.
#[derive(Clone, Copy)]
pub(crate) enum Epilogue<'a> {
    /// They overwrite the output, which may hold anything, NaN included.
    Overwrite,
    /// They are added to the output.
    Add,
    /// The output is activation(sum + bias), a bias for each column.
    Bias(&'a [f32], Activation),
}

/// Rows and columns of the output and the length of the sums.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) depth: usize,
}

/// Columns of a panel, the unit that the columns of an output are cut into.
const fn panel_width<S: Simd>() -> usize {
    VECTORS * S::F32_LANES
}

/// Rows that make tiles of full height at every level: a good length of the
/// pieces that work is cut into.
pub(crate) const GOOD_ROWS: usize = 126;

/// Length of the sums at once where the left operand is transposed: a tile's
/// part of both operands then is in a core's first cache.
const TRANSPOSED_DEPTH: usize = 128;

/// Multiplies. The rows of `output` are `row_stride` apart.
pub(crate) fn multiply(
    level: SimdLevel,
    sizes: Sizes,
    lhs: Lhs<'_>,
    rhs: Rhs<'_>,
    (output, row_stride): (&mut [f32], usize),
    epilogue: Epilogue<'_>,
) {
    level.run(Product { sizes, lhs, rhs, output, row_stride, epilogue });
}

struct Product<'a> {
    sizes: Sizes,
    lhs: Lhs<'a>,
    rhs: Rhs<'a>,
    output: &'a mut [f32],
    row_stride: usize,
    epilogue: Epilogue<'a>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sizes, lhs, rhs, output, row_stride, epilogue } = self;
        let Sizes { rows, columns, depth } = sizes;
        if rows == 0 || columns == 0 {
            return;
        }
        let width = panel_width::<S>();
        let (rhs, rhs_stride, panel_stride) = match rhs {
            Rhs::Rows { data, stride } => (data, stride, width),
            Rhs::Packed(data) => (data, width, width * depth),
        };
        let last = |count: usize| count.saturating_sub(1);
        assert!(row_stride >= columns && last(rows) * row_stride + columns <= output.len());
        if depth > 0 {
            assert!(last(rows) * lhs.row_stride + last(depth) * lhs.stride < lhs.data.len());
            let panels = columns.div_ceil(width);
            let last_columns = columns - last(panels) * width;
            let end = last(panels) * panel_stride + last(depth) * rhs_stride + last_columns;
            assert!(end <= rhs.len() && rhs_stride >= columns.min(width));
        }
        if let Epilogue::Bias(bias, _) = epilogue {
            assert!(bias.len() >= columns);
        }

        // The numbers of a tile's rows are spread over as many cache lines as
        // the sum is long where the left operand is transposed.
        let step = if lhs.stride == 1 { depth.max(1) } else { TRANSPOSED_DEPTH };
        for first in (0..depth.max(1)).step_by(step) {
            let lhs = Lhs { data: &lhs.data[(first * lhs.stride).min(lhs.data.len())..], ..lhs };
            let rhs = &rhs[(first * rhs_stride).min(rhs.len())..];
            let epilogue = if first == 0 { epilogue } else { Epilogue::Add };
            let depth = step.min(depth - first);
            let band = Band {
                simd,
                columns,
                depth,
                lhs,
                rhs,
                rhs_stride,
                panel_stride,
                row_stride,
                epilogue,
            };
            let (mut row, tiles) = (0, rows.div_ceil(tile::max_rows::<S>()));
            for index in 0..tiles {
                // Heights that differ by at most one: a tile of one row costs as
                // much as one of seven.
                let height = rows / tiles + usize::from(index < rows % tiles);
                // SAFETY: the assertions above hold for all rows and columns.
                unsafe { band.multiply(row, height, output) };
                row += height;
            }
        }
    }
}

/// A product, to be computed a few rows at a time.
struct Band<'a, S> {
    simd: S,
    columns: usize,
    depth: usize,
    lhs: Lhs<'a>,
    rhs: &'a [f32],
    rhs_stride: usize,
    panel_stride: usize,
    row_stride: usize,
    epilogue: Epilogue<'a>,
}

impl<S: Simd> Band<'_, S> {
    /// # Safety
    ///
    /// The operands must have these rows and all columns over the whole depth,
    /// the output these rows.
    #[inline(always)]
    unsafe fn multiply(&self, row: usize, height: usize, output: &mut [f32]) {
        macro_rules! heights {
            ($($height:literal)+) => {
                match height {
                    // SAFETY: the caller's promise.
                    $($height if $height <= tile::max_rows::<S>() => unsafe {
                        self.panels::<$height>(row, output);
                    },)+
                    _ => unreachable!("a tile has 1 to {} rows", tile::max_rows::<S>()),
                }
            };
        }
        heights!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    /// # Safety
    ///
    /// As for `multiply`.
    #[inline(always)]
    unsafe fn panels<const ROWS: usize>(&self, row: usize, output: &mut [f32]) {
        let (width, lanes) = (panel_width::<S>(), S::F32_LANES);
        let full = self.columns / width;
        // SAFETY: the caller's promise; the last panel reads and writes its
        // existing columns only.
        unsafe {
            for panel in 0..full {
                self.prefetch_lhs::<ROWS>(row + ROWS, panel, full);
                self.tile::<ROWS, VECTORS>(row, panel, Lanes::All, output);
            }
            let rest = self.columns - full * width;
            let last = Lanes::Last(self.simd.mask_between_m32s(0, (rest % lanes) as u32));
            match rest {
                0 => {}
                _ if rest < lanes => self.tile::<ROWS, 1>(row, full, last, output),
                _ if rest == lanes => self.tile::<ROWS, 1>(row, full, Lanes::All, output),
                _ => self.tile::<ROWS, VECTORS>(row, full, last, output),
            }
        }
    }

    /// Asks for a share of the left operand's rows from `row` on.
    #[inline(always)]
    fn prefetch_lhs<const ROWS: usize>(&self, row: usize, share: usize, shares: usize) {
        let Lhs { data, row_stride, stride } = self.lhs;
        if stride != 1 {
            return;
        }
        for row in row + ROWS * share / shares..row + ROWS * (share + 1) / shares {
            for k in (0..self.depth).step_by(16) {
                prefetch(data.as_ptr().wrapping_add(row * row_stride + k));
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
        let operands = Operands {
            depth,
            lhs: lhs.data.as_ptr().wrapping_add(row * lhs.row_stride),
            lhs_row_stride: lhs.row_stride,
            lhs_stride: lhs.stride,
            rhs: rhs.as_ptr().wrapping_add(panel * self.panel_stride),
            rhs_stride,
        };
        let output = output.as_mut_ptr().wrapping_add(row * row_stride + column);
        for row in 0..ROWS {
            for index in 0..COUNT {
                prefetch(output.wrapping_add(row * row_stride + index * S::F32_LANES));
            }
        }
        // SAFETY: the caller's promise.
        unsafe {
            let sums = tile::sums::<S, ROWS, COUNT>(simd, operands, lanes);
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
                    };
                    lanes.store::<COUNT>(simd, output, index, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
