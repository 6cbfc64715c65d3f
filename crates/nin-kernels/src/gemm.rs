//! The one door to the matrix-product crate.

use gemm::Parallelism;

/// A matrix in a slice, rows `row_stride` apart, columns `column_stride` apart.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Row after row without gaps.
    pub(crate) fn row_major(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "matrix of {rows} × {columns}");
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The same numbers with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// What happens to the numbers that the output held before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// They are overwritten; they may be anything, NaN included.
    Overwrite,
    /// The product is added to them.
    Add,
}

/// `output = lhs · rhs` or `output += lhs · rhs`, the output row-major, on the
/// calling thread.
pub(crate) fn multiply(output: &mut [f32], lhs: Matrix<'_>, rhs: Matrix<'_>, store: Store) {
    let (m, n, k) = (lhs.rows, rhs.columns, lhs.columns);
    assert_eq!(k, rhs.rows, "inner sizes of a product");
    assert_eq!(output.len(), m * n, "output of {m} × {n}");
    if output.is_empty() {
        return;
    }
    if k == 0 {
        if store == Store::Overwrite {
            output.fill(0.0);
        }
        return;
    }
    // SAFETY: `Matrix` is only made by `row_major`, which checks that
    // rows × columns numbers lie behind `data`, and by `transposed`, which
    // keeps that set of numbers; `output` has m × n. With these strides every
    // index stays inside. The exclusive borrow of `output` rules out overlap.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            output.as_mut_ptr(),
            1,
            n.cast_signed(),
            store == Store::Add,
            lhs.data.as_ptr(),
            lhs.column_stride.cast_signed(),
            lhs.row_stride.cast_signed(),
            rhs.data.as_ptr(),
            rhs.column_stride.cast_signed(),
            rhs.row_stride.cast_signed(),
            1.0_f32,
            1.0_f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(lhs: &[f32], rhs: &[f32], m: usize, n: usize, k: usize) -> Vec<f64> {
        let mut output = vec![0.0; m * n];
        for row in 0..m {
            for column in 0..n {
                output[row * n + column] = (0..k)
                    .map(|i| f64::from(lhs[row * k + i]) * f64::from(rhs[i * n + column]))
                    .sum();
            }
        }
        output
    }

    fn transpose(data: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns).map(|i| data[i % rows * columns + i / rows]).collect()
    }

    proptest! {
        #[test]
        fn every_orientation_is_the_product(
            m in 1_usize..40, n in 1_usize..40, k in 0_usize..40, seed in any::<u32>(),
        ) {
            let value = |i: usize| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) as f32
                / u32::MAX as f32 - 0.5;
            let lhs: Vec<f32> = (0..m * k).map(value).collect();
            let rhs: Vec<f32> = (0..k * n).map(|i| value(i + 7_919)).collect();
            let (lhs_t, rhs_t) = (transpose(&lhs, m, k), transpose(&rhs, k, n));
            let truth = reference(&lhs, &rhs, m, n, k);
            for (lhs, rhs) in [
                (Matrix::row_major(&lhs, m, k), Matrix::row_major(&rhs, k, n)),
                (Matrix::row_major(&lhs_t, k, m).transposed(), Matrix::row_major(&rhs, k, n)),
                (Matrix::row_major(&lhs, m, k), Matrix::row_major(&rhs_t, n, k).transposed()),
            ] {
                let mut output = vec![f32::NAN; m * n];
                multiply(&mut output, lhs, rhs, Store::Overwrite);
                let mut twice = output.clone();
                multiply(&mut twice, lhs, rhs, Store::Add);
                for i in 0..m * n {
                    // 40 products of at most 0.25, each rounded to 2⁻²⁴.
                    prop_assert!((f64::from(output[i]) - truth[i]).abs() < 1e-5);
                    prop_assert!((f64::from(twice[i]) - 2.0 * truth[i]).abs() < 2e-5);
                }
            }
        }
    }
}
