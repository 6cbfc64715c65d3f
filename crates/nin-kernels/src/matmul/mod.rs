//! Matrix products on the calling thread: output = lhs · rhs, in register
//! tiles over operands with strides, so that most need no copy.
//!
//! Each element is one sum over the depth in order or, where the left operand
//! is transposed, the sum of such sums over pieces of it, which depend on the
//! depth alone: results do not depend on how an output is cut into products.

mod ahead;
mod arithmetic;
mod band;
mod pack;
mod pair;
mod product;
#[cfg(test)]
mod tests;
mod tile;

use pulp::Simd;

use crate::{Activation, Precision};
use tile::VECTORS;

pub(crate) use pack::{pack_transposed, packed_len};
pub(crate) use pair::pair;

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
    /// The sums are gradients by the values of an activation, which lie as the
    /// output does; the output is the gradient before the activation.
    Through(&'a [f32], Activation),
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

/// output = lhs · rhs.
pub(crate) struct Product<'a> {
    /// Of what the operands hold: numbers, or pairs of them.
    pub(crate) precision: Precision,
    pub(crate) sizes: Sizes,
    pub(crate) lhs: Lhs<'a>,
    pub(crate) rhs: Rhs<'a>,
    pub(crate) output: &'a mut [f32],
    /// Floats from a row of the output to the next.
    pub(crate) row_stride: usize,
    pub(crate) epilogue: Epilogue<'a>,
    /// What will be read after this product, to be brought near meanwhile.
    pub(crate) ahead: [&'a [f32]; 2],
}
