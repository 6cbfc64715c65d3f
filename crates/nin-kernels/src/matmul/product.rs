//! Cutting a product into bands of rows, once its operands are checked.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::ahead::Ahead;
#[cfg(target_arch = "x86_64")]
use super::arithmetic::NativeBf16;
use super::arithmetic::{Arithmetic, Bf16, F32};
use super::band::Band;
use super::{Epilogue, Lhs, Product, Rhs, Sizes, panel_width, tile};
use crate::{Precision, SimdLevel};

/// Length of the sums at once where the left operand is transposed: a tile's
/// part of both operands then is in a core's first cache.
const TRANSPOSED_DEPTH: usize = 128;

impl Product<'_> {
    /// Multiplies.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    pub(crate) fn run(self, level: SimdLevel) {
        match self.precision {
            Precision::F32 | Precision::Tf32 => level.run(Of::<F32>(self, PhantomData)),
            #[cfg(target_arch = "x86_64")]
            Precision::Bf16 if level.has_bf16() => {
                level.run_with_bf16(Of::<NativeBf16>(self, PhantomData));
            }
            Precision::Bf16 => level.run(Of::<Bf16>(self, PhantomData)),
        }
    }
}

/// A product of a kind of number.
struct Of<'a, A>(Product<'a>, PhantomData<A>);

impl<A: Arithmetic> WithSimd for Of<'_, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(product, arithmetic) = self;
        let Product { sizes, lhs, rhs, output, row_stride, epilogue, ahead, .. } = product;
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
        let mut has_whole_vectors = false;
        if depth > 0 {
            assert!(last(rows) * lhs.row_stride + last(depth) * lhs.stride < lhs.data.len());
            let last_columns = columns - last(panels) * width;
            let end = last(panels) * panel_stride + last(depth) * rhs_stride + last_columns;
            assert!(end <= rhs.len() && rhs_stride >= columns.min(width));
            let beside = last_columns.next_multiple_of(S::F32_LANES) - last_columns;
            has_whole_vectors = end + beside <= rhs.len();
        }
        match epilogue {
            Epilogue::Overwrite | Epilogue::Add => {}
            Epilogue::Bias(bias, _) => assert!(bias.len() >= columns),
            Epilogue::Through(values, _) => assert!(values.len() >= output.len()),
        }

        // The numbers of a tile's rows are spread over as many cache lines as
        // the sum is long where the left operand is transposed. Only plain sums
        // can be added up in pieces, which are as even as can be.
        let is_plain = matches!(epilogue, Epilogue::Overwrite | Epilogue::Add);
        let pieces =
            if lhs.stride == 1 || !is_plain { 1 } else { depth.div_ceil(TRANSPOSED_DEPTH).max(1) };
        let step = depth.div_ceil(pieces).max(1);
        for first in (0..depth.max(1)).step_by(step) {
            let steps = first..depth.min(first + step);
            let asked = |memory: &[f32]| {
                // An address without memory behind it would be looked for in
                // vain: something that is near already costs nothing.
                let memory = if memory.is_empty() { &rhs[..rhs.len().min(1)] } else { memory };
                Ahead::new(memory, rows * panels, steps.clone(), depth)
            };
            let band = Band {
                arithmetic,
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
                output_ahead: Ahead::new(
                    &output[..last(rows) * row_stride + columns],
                    rows * panels,
                    0..steps.len(),
                    steps.len(),
                ),
                has_whole_vectors,
            };
            let (mut row, tiles) = (0, rows.div_ceil(tile::max_rows::<A, S>()));
            for index in 0..tiles {
                // Heights that differ by at most one: a tile of one row costs
                // as much as one of seven.
                let height = rows / tiles + usize::from(index < rows % tiles);
                // SAFETY: the assertions above hold for all rows and columns; `run`
                // has chosen an arithmetic that the CPU has.
                unsafe { band.multiply(row, height, output) };
                row += height;
            }
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::matmul::pair;
    use crate::testing::{poisoned, random};

    #[test]
    fn the_instruction_for_bf16_gives_the_bits_of_the_plain_way() {
        let Some(level) = SimdLevel::available().find(|level| level.has_bf16()) else { return };
        let (rows, columns, depth) = (17, 45, 150);
        let pairs = |len, seed| {
            let mut pairs = vec![0.0; len];
            pair(level, &random(len, seed), &random(len, seed + 1), &mut pairs);
            pairs
        };
        let (lhs, rhs) = (pairs(rows * depth, 1), pairs(columns * depth, 3));
        let mut outputs = [poisoned(rows * columns), poisoned(rows * columns)];
        let [native, plain] = &mut outputs;
        let product = |output| Product {
            precision: Precision::Bf16,
            sizes: Sizes { rows, columns, depth },
            lhs: Lhs { data: &lhs, row_stride: depth, stride: 1 },
            rhs: Rhs::Rows { data: &rhs, stride: columns },
            output,
            row_stride: columns,
            epilogue: Epilogue::Overwrite,
            ahead: [&[]; 2],
        };
        product(native).run(level);
        level.run(Of::<Bf16>(product(plain), PhantomData));
        assert!(outputs[0].iter().all(|value| value.is_finite()));
        assert_eq!(outputs[0], outputs[1]);
    }
}
