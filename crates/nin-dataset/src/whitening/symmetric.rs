//! Symmetric matrices in f64.

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Rows that are computed together; the partition does not depend on how many
/// threads there are.
const ROWS_PER_TASK: usize = 256;

/// Adds `factor` · `lhs` · `rhs`, a product that is symmetric but for rounding,
/// to `sum`: the lower triangle is computed, the upper one is its copy.
pub(super) fn add_product(
    sum: &mut Array2<f64>,
    factor: f64,
    lhs: ArrayView2<'_, f64>,
    rhs: ArrayView2<'_, f64>,
) {
    let tasks = sum.axis_chunks_iter_mut(Axis(0), ROWS_PER_TASK).into_par_iter();
    tasks.enumerate().for_each(|(task, mut rows)| {
        let first = task * ROWS_PER_TASK;
        let end = first + rows.nrows();
        let lhs = lhs.slice_axis(Axis(0), Slice::from(first..end));
        let rhs = rhs.slice_axis(Axis(1), Slice::from(..end));
        let mut rows = rows.slice_axis_mut(Axis(1), Slice::from(..end));
        general_mat_mul(factor, &lhs, &rhs, 1.0, &mut rows);
    });
    let width = sum.ncols();
    let values = sum.as_slice_mut().expect("rows one after the other");
    for row in 0..width {
        for column in 0..row {
            values[column * width + row] = values[row * width + column];
        }
    }
}

fn product(factor: f64, lhs: &Array2<f64>, rhs: &Array2<f64>) -> Array2<f64> {
    let mut product = Array2::zeros(lhs.dim());
    add_product(&mut product, factor, lhs.view(), rhs.view());
    product
}

/// The inverse square root of a symmetric matrix of which no eigenvalue is less
/// than `least`, which is above 0.
///
/// The coupled Newton–Schulz iteration: Y → √(A / c) from A / c, and Z → its
/// inverse from 1, by Y ← Y T and Z ← Z T with T = ½ α (3 − α² Z Y). All are
/// polynomials in A, so every product is symmetric. The eigenvalues of Z Y are
/// the squares of numbers in `[low, 1]`, each of which becomes
/// x ↦ ½ α x (3 − α² x²); α makes both ends of that range equal, which brings
/// small numbers to 1 by factors of up to 2.6 in place of 1.5.
///
/// # Source
///
/// Higham, "Functions of Matrices" (2008), section 6.7; the scaling is that of
/// Chen and Chow, "A stable scaling of Newton–Schulz for improving the sign
/// function computation of a Hermitian matrix" (2014).
pub(super) fn inverse_root(matrix: Array2<f64>, least: f64) -> Array2<f64> {
    let largest = eigenvalue_bound(&matrix);
    let mut inverse = Array2::eye(matrix.nrows());
    let mut root = matrix / largest;
    let mut low = (least / largest).sqrt();
    // Far less than an f32 can tell from 1.
    while low < 1.0 - 1e-9 {
        let scale = (3.0 / (1.0 + low + low * low)).sqrt();
        let mut step = product(-0.5 * scale.powi(3), &inverse, &root);
        step.diag_mut().mapv_inplace(|value| value + 1.5 * scale);
        root = product(1.0, &root, &step);
        inverse = product(1.0, &inverse, &step);
        low *= 0.5 * scale * (3.0 - (scale * low).powi(2));
    }
    inverse / largest.sqrt()
}

/// No eigenvalue of a symmetric matrix is larger than its norms.
fn eigenvalue_bound(matrix: &Array2<f64>) -> f64 {
    let rows = matrix.rows().into_iter().map(|row| row.iter().map(|value| value.abs()).sum());
    let row_sum = rows.fold(0.0, f64::max);
    let frobenius = matrix.iter().map(|value| value * value).sum::<f64>().sqrt();
    row_sum.min(frobenius)
}
