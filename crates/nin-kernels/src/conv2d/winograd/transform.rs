//! The transforms, on vectors of channels: each is one of two functions, the
//! adjoint of the other.
//!
//! | pass | of | analysis | synthesis |
//! |---|---|---|---|
//! | forward | input tile | Bᵀ | |
//! | forward | kernel | G | |
//! | forward | output tile | | A |
//! | backward | gradient by the output | A | |
//! | backward | gradient by the kernel | | G |
//! | backward | gradient by the input | | Bᵀ |

#![allow(
    clippy::needless_range_loop,
    reason = "vectors that pass through the standard library's iterators and closures leave the \
              code that is compiled for their level"
)]

use pulp::Simd;

use super::planes::{Column, ColumnMut};
use crate::simd::mul_add;

/// A square of vectors, row by row; aligned, lest each vector straddle two
/// cache lines.
#[repr(align(64))]
pub(super) struct Square<V, const N: usize>(pub(super) [[V; N]; N]);

impl<V: Copy, const N: usize> Square<V, N> {
    #[inline(always)]
    pub(super) fn zeros<S: Simd<f32s = V>>(simd: S) -> Self {
        Self([[simd.splat_f32s(0.0); N]; N])
    }
}

/// Lines of vectors on their way from one side to the other.
#[repr(align(64))]
struct Aligned<T>(T);

/// z = matrix · x · matrixᵀ, a number a plane, row by row.
#[inline(always)]
pub(super) fn analyse<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    x: &Square<S::f32s, N>,
    mut to: ColumnMut<'_, S>,
) {
    assert_eq!(to.planes(), P * P, "planes");
    let zero = simd.splat_f32s(0.0);
    let mut rows = Aligned([[zero; P]; N]);
    for y in 0..N {
        rows.0[y] = analyse_line(simd, matrix, x.0[y]);
    }
    for column in 0..P {
        let mut line = [zero; N];
        for y in 0..N {
            line[y] = rows.0[y][column];
        }
        let line = analyse_line(simd, matrix, line);
        for row in 0..P {
            to.store(row * P + column, line[row]);
        }
    }
}

/// x = matrixᵀ · z · matrix, with a number of z a plane, row by row.
#[inline(always)]
pub(super) fn synthesise<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    from: Column<'_, S>,
) -> Square<S::f32s, N> {
    assert_eq!(from.planes(), P * P, "planes");
    let zero = simd.splat_f32s(0.0);
    let mut rows = Aligned([[zero; N]; P]);
    for y in 0..P {
        let mut line = [zero; P];
        for column in 0..P {
            line[column] = from.load(y * P + column);
        }
        rows.0[y] = synthesise_line(simd, matrix, line);
    }
    let mut x = Square([[zero; N]; N]);
    for column in 0..N {
        let mut line = [zero; P];
        for y in 0..P {
            line[y] = rows.0[y][column];
        }
        let line = synthesise_line(simd, matrix, line);
        for row in 0..N {
            x.0[row][column] = line[row];
        }
    }
    x
}

/// matrix · x. The rows of a pair of points ±p share the sums over their even
/// and their odd columns.
#[inline(always)]
fn analyse_line<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    x: [S::f32s; N],
) -> [S::f32s; P] {
    let zero = simd.splat_f32s(0.0);
    let mut z = [zero; P];
    for point in 0..P {
        let (mut even, mut odd) = (zero, zero);
        for column in 0..N {
            let sum = if column % 2 == 0 { &mut even } else { &mut odd };
            *sum = add_product(simd, *sum, matrix[point][column], x[column]);
        }
        // The second of a pair has its value from the first.
        if point == 0 || point == P - 1 {
            z[point] = simd.add_f32s(even, odd);
        } else if point % 2 == 1 {
            z[point] = simd.add_f32s(even, odd);
            z[point + 1] = simd.sub_f32s(even, odd);
        }
    }
    z
}

/// matrixᵀ · z. A pair of points ±p gives its sum to the even rows and its
/// difference to the odd ones.
#[inline(always)]
fn synthesise_line<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    z: [S::f32s; P],
) -> [S::f32s; N] {
    let mut x = [simd.splat_f32s(0.0); N];
    for point in 0..P {
        let (even, odd) = if point == 0 || point == P - 1 {
            (z[point], z[point])
        } else if point % 2 == 1 {
            (simd.add_f32s(z[point], z[point + 1]), simd.sub_f32s(z[point], z[point + 1]))
        } else {
            continue;
        };
        for row in 0..N {
            let value = if row % 2 == 0 { even } else { odd };
            x[row] = add_product(simd, x[row], matrix[point][row], value);
        }
    }
    x
}

/// sum + factor · x for a constant factor: those of 0, 1 and −1 need no product.
#[inline(always)]
fn add_product<S: Simd>(simd: S, sum: S::f32s, factor: f32, x: S::f32s) -> S::f32s {
    if factor == 0.0 {
        sum
    } else if factor == 1.0 {
        simd.add_f32s(sum, x)
    } else if factor == -1.0 {
        simd.sub_f32s(sum, x)
    } else {
        mul_add(simd, simd.splat_f32s(factor), x, sum)
    }
}
