//! A row-major product in the words of BLAS, whose matrices are column-major.
//!
//! What is row-major rows × columns is column-major columns × rows, so the product
//! is asked for transposed: outputᵀ = rhsᵀ · lhsᵀ, with `rhs` as BLAS's A and `lhs`
//! as its B.

use crate::{Order, Product, Update};

/// The arguments of BLAS's `gemm`: C = op(A) · op(B) + beta · C, column-major, where
/// A is `rhs`, B is `lhs` and C the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gemm {
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
    pub(crate) transposes_a: bool,
    pub(crate) transposes_b: bool,
    pub(crate) lda: usize,
    pub(crate) ldb: usize,
    pub(crate) ldc: usize,
    /// Whether C's numbers count: beta is 1, not 0.
    pub(crate) adds: bool,
}

impl Gemm {
    /// The arguments for a product, whose lengths are checked.
    ///
    /// # Panics
    ///
    /// If a length disagrees with the sizes.
    pub(crate) fn new<D>(product: &Product<'_, D>) -> Self {
        let Product { rows, columns, depth, .. } = *product;
        assert_eq!(product.lhs.len(), rows * depth, "left factor of {rows} × {depth}");
        assert_eq!(product.rhs.len(), depth * columns, "right factor of {depth} × {columns}");
        assert_eq!(product.output.len(), rows * columns, "product of {rows} × {columns}");
        let transposes_a = product.rhs_order == Order::Transposed;
        let transposes_b = product.lhs_order == Order::Transposed;
        Self {
            m: columns,
            n: rows,
            k: depth,
            transposes_a,
            transposes_b,
            lda: if transposes_a { depth } else { columns },
            ldb: if transposes_b { rows } else { depth },
            ldc: columns,
            adds: product.update == Update::Add,
        }
    }
}
