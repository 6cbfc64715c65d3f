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

use pulp::Simd;

use crate::simd::mul_add;

/// A square of vectors, row by row.
pub(super) type Square<V, const N: usize> = [[V; N]; N];

/// matrix · x · matrixᵀ.
#[inline(always)]
pub(super) fn analyse<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    x: &Square<S::f32s, N>,
) -> Square<S::f32s, P> {
    let rows: [[S::f32s; P]; N] = std::array::from_fn(|y| analyse_line(simd, matrix, x[y]));
    let mut z = [[simd.splat_f32s(0.0); P]; P];
    for column in 0..P {
        let line = analyse_line(simd, matrix, std::array::from_fn(|y| rows[y][column]));
        for (z, value) in z.iter_mut().zip(line) {
            z[column] = value;
        }
    }
    z
}

/// matrixᵀ · z · matrix.
#[inline(always)]
pub(super) fn synthesise<S: Simd, const N: usize, const P: usize>(
    simd: S,
    matrix: &[[f32; N]; P],
    z: &Square<S::f32s, P>,
) -> Square<S::f32s, N> {
    let rows: [[S::f32s; N]; P] = std::array::from_fn(|y| synthesise_line(simd, matrix, z[y]));
    let mut x = [[simd.splat_f32s(0.0); N]; N];
    for column in 0..N {
        let line = synthesise_line(simd, matrix, std::array::from_fn(|y| rows[y][column]));
        for (x, value) in x.iter_mut().zip(line) {
            x[column] = value;
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
    let sum = |row: &[f32; N], columns: std::iter::StepBy<std::ops::Range<usize>>| {
        let mut sum = Sum(None);
        for column in columns {
            sum.add(simd, row[column], x[column]);
        }
        sum.total(simd)
    };
    let mut z = [simd.splat_f32s(0.0); P];
    z[0] = sum(&matrix[0], (0..N).step_by(1));
    z[P - 1] = sum(&matrix[P - 1], (0..N).step_by(1));
    for point in (1..P - 1).step_by(2) {
        let (even, odd) =
            (sum(&matrix[point], (0..N).step_by(2)), sum(&matrix[point], (1..N).step_by(2)));
        z[point] = simd.add_f32s(even, odd);
        z[point + 1] = simd.sub_f32s(even, odd);
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
    let (mut sums, mut differences) = (z, z);
    for point in (1..P - 1).step_by(2) {
        sums[point] = simd.add_f32s(z[point], z[point + 1]);
        differences[point] = simd.sub_f32s(z[point], z[point + 1]);
    }
    let mut x = [simd.splat_f32s(0.0); N];
    for (row, x) in x.iter_mut().enumerate() {
        let paired = if row % 2 == 0 { &sums } else { &differences };
        let mut sum = Sum(None);
        sum.add(simd, matrix[0][row], z[0]);
        for point in (1..P - 1).step_by(2) {
            sum.add(simd, matrix[point][row], paired[point]);
        }
        sum.add(simd, matrix[P - 1][row], z[P - 1]);
        *x = sum.total(simd);
    }
    x
}

/// A sum whose factors are constants: what they make superfluous is left out
/// when the code is compiled.
struct Sum<V>(Option<V>);

impl<V: Copy> Sum<V> {
    #[inline(always)]
    fn add<S: Simd<f32s = V>>(&mut self, simd: S, factor: f32, x: V) {
        self.0 = match self.0 {
            sum if factor == 0.0 => sum,
            None if factor == 1.0 => Some(x),
            None => Some(simd.mul_f32s(simd.splat_f32s(factor), x)),
            Some(sum) if factor == 1.0 => Some(simd.add_f32s(sum, x)),
            Some(sum) => Some(mul_add(simd, simd.splat_f32s(factor), x, sum)),
        };
    }

    #[inline(always)]
    fn total<S: Simd<f32s = V>>(self, simd: S) -> V {
        self.0.unwrap_or(simd.splat_f32s(0.0))
    }
}
