//! Vectors from and to slices, whose ends may be nearer than a vector.

use std::any::TypeId;

use pulp::{Scalar128b, Simd};

/// The first numbers of `from`, zeros where it ends before the vector does.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, from: &[f32]) -> S::f32s {
    match S::as_simd_f32s(from).0.first() {
        Some(vector) => *vector,
        None => simd.partial_load_f32s(from),
    }
}

/// Writes the first numbers of `vector` over those of `to`, as many as it has.
#[inline(always)]
pub(crate) fn store<S: Simd>(simd: S, to: &mut [f32], vector: S::f32s) {
    if to.len() >= S::F32_LANES {
        S::as_mut_simd_f32s(to).0[0] = vector;
    } else {
        simd.partial_store_f32s(to, vector);
    }
}

/// a · b + c, rounded once where the level has such an instruction.
#[inline(always)]
pub(crate) fn mul_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
    // The portable level's own would call a function for each number.
    if TypeId::of::<S>() == TypeId::of::<Scalar128b>() {
        simd.add_f32s(simd.mul_f32s(a, b), c)
    } else {
        simd.mul_add_f32s(a, b, c)
    }
}
