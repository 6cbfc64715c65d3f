//! The register tile: a few rows by two vectors of the output, summed up in
//! registers over the whole depth.
//!
//! Each step of the depth broadcasts one number of the left operand a row and
//! multiplies it by two vectors of the right one. With 32 registers 14 rows
//! leave 28 sums in registers, enough to hide the latency of the additions.

use pulp::{MemMask, Simd};

use super::arithmetic::Arithmetic;
use crate::simd::prefetch_far;

/// Vectors of a tile at most.
pub(super) const VECTORS: usize = 2;

/// Rows of a tile at most: the sums stay in the registers that the level has.
pub(super) const fn max_rows<A: Arithmetic, S: Simd>() -> usize {
    (S::REGISTER_COUNT - A::REGISTERS) / VECTORS
}

/// Where a tile's operands lie: the number of row r at depth k at
/// `lhs + r · lhs_row_stride + k · lhs_stride`, the vectors at depth k at
/// `rhs + k · rhs_stride`.
#[derive(Clone, Copy)]
pub(super) struct Operands {
    pub(super) depth: usize,
    pub(super) lhs: *const f32,
    pub(super) lhs_row_stride: usize,
    pub(super) lhs_stride: usize,
    pub(super) rhs: *const f32,
    pub(super) rhs_stride: usize,
    /// Where to ask for memory that is wanted later, and how far to go on with
    /// each step.
    pub(super) ahead: [(*const f32, usize); 3],
}

/// Which numbers of a tile's vectors exist.
#[derive(Clone, Copy)]
pub(super) enum Lanes<S: Simd> {
    All,
    /// Of the last vector only these.
    Last(MemMask<S::m32s>),
}

impl<S: Simd> Lanes<S> {
    /// Vector number `index` of `COUNT` at `from`.
    ///
    /// # Safety
    ///
    /// The existing numbers of the vector must be readable.
    #[inline(always)]
    pub(super) unsafe fn load<const COUNT: usize>(
        self,
        simd: S,
        from: *const f32,
        index: usize,
    ) -> S::f32s {
        // SAFETY: the caller's promise; unaligned reads need no alignment.
        unsafe {
            let from = from.add(index * S::F32_LANES);
            match self {
                Self::Last(mask) if index + 1 == COUNT => simd.mask_load_ptr_f32s(mask, from),
                _ => from.cast::<S::f32s>().read_unaligned(),
            }
        }
    }

    /// Writes vector number `index` of `COUNT` at `to`.
    ///
    /// # Safety
    ///
    /// The existing numbers of the vector must be writable.
    #[inline(always)]
    pub(super) unsafe fn store<const COUNT: usize>(
        self,
        simd: S,
        to: *mut f32,
        index: usize,
        vector: S::f32s,
    ) {
        // SAFETY: as in `load`.
        unsafe {
            let to = to.add(index * S::F32_LANES);
            match self {
                Self::Last(mask) if index + 1 == COUNT => {
                    simd.mask_store_ptr_f32s(mask, to, vector);
                }
                _ => to.cast::<S::f32s>().write_unaligned(vector),
            }
        }
    }
}

/// The sums of a tile of `ROWS` rows and `COUNT` vectors.
///
/// # Safety
///
/// The CPU must have what `A` needs. All numbers that `operands` describes for
/// `ROWS` rows and the existing numbers of `COUNT` vectors must be readable.
#[inline(always)]
pub(super) unsafe fn sums<A: Arithmetic, S: Simd, const ROWS: usize, const COUNT: usize>(
    simd: S,
    operands: Operands,
    lanes: Lanes<S>,
) -> [[S::f32s; COUNT]; ROWS] {
    let Operands { depth, mut lhs, lhs_row_stride, lhs_stride, mut rhs, rhs_stride, mut ahead } =
        operands;
    let mut sums = [[simd.splat_f32s(0.0); COUNT]; ROWS];
    for _ in 0..depth {
        // SAFETY: the caller's promise; `wrapping_add` may step past the end
        // after the last use.
        unsafe {
            let mut vectors = [simd.splat_f32s(0.0); COUNT];
            for (index, vector) in vectors.iter_mut().enumerate() {
                *vector = lanes.load::<COUNT>(simd, rhs, index);
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let number = simd.splat_f32s(*lhs.add(row * lhs_row_stride));
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = A::multiply_add(simd, number, vector, *sum);
                }
            }
        }
        for (ahead, step) in &mut ahead {
            prefetch_far(*ahead);
            *ahead = ahead.wrapping_add(*step);
        }
        lhs = lhs.wrapping_add(lhs_stride);
        rhs = rhs.wrapping_add(rhs_stride);
    }
    sums
}
