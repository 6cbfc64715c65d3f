//! Cutting a product into bands of rows, once its operands are checked.

use pulp::{Simd, WithSimd};

use super::ahead::Ahead;
use super::band::Band;
use super::{Epilogue, Lhs, Product, Rhs, Sizes, panel_width, tile};

/// Length of the sums at once where the left operand is transposed: a tile's
/// part of both operands then is in a core's first cache.
const TRANSPOSED_DEPTH: usize = 128;

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sizes, lhs, rhs, output, row_stride, epilogue, ahead } = self;
        let Sizes { rows, columns, depth } = sizes;
        if rows == 0 || columns == 0 {
            return;
        }
        let width = panel_width::<S>();
        let panels = columns.div_ceil(width);
        let (rhs, rhs_stride, panel_stride) = match rhs {
            Rhs::Rows { data, stride } => (data, stride, width),
            Rhs::Packed(data) => (data, width, width * depth),
        };
        let last = |count: usize| count.saturating_sub(1);
        assert!(row_stride >= columns && last(rows) * row_stride + columns <= output.len());
        if depth > 0 {
            assert!(last(rows) * lhs.row_stride + last(depth) * lhs.stride < lhs.data.len());
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
            let steps = first..depth.min(first + step);
            let asked = |memory: &[f32]| {
                // An address without memory behind it would be looked for in
                // vain: something that is near already costs nothing.
                let memory = if memory.is_empty() { &rhs[..rhs.len().min(1)] } else { memory };
                Ahead::new(memory, rows * panels, steps.clone(), depth)
            };
            let band = Band {
                simd,
                columns,
                panels,
                depth: steps.len(),
                lhs: Lhs { data: &lhs.data[(first * lhs.stride).min(lhs.data.len())..], ..lhs },
                rhs: &rhs[(first * rhs_stride).min(rhs.len())..],
                rhs_stride,
                panel_stride,
                row_stride,
                epilogue: if first == 0 { epilogue } else { Epilogue::Add },
                ahead: [asked(ahead[0]), asked(ahead[1])],
            };
            let (mut row, tiles) = (0, rows.div_ceil(tile::max_rows::<S>()));
            for index in 0..tiles {
                // Heights that differ by at most one: a tile of one row costs
                // as much as one of seven.
                let height = rows / tiles + usize::from(index < rows % tiles);
                // SAFETY: the assertions above hold for all rows and columns.
                unsafe { band.multiply(row, height, output) };
                row += height;
            }
        }
    }
}
