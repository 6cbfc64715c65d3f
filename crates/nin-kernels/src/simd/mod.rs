//! Instruction sets: one generic algorithm over all of them, chosen once at
//! run time.
//!
//! The vector types are those of the crate `pulp`: a kernel is generic over a
//! token `S: Simd`, which exists only where the CPU has the instructions.
//! [`SimdLevel::run`] calls it with the token of a level. Plain loops over
//! slices gain as much by [`vectorize`], which compiles them for the level and
//! leaves the vectors to the compiler: as no step of theirs is fused, they give
//! the same bits at every level.
//!
//! An instruction set more is a variant of [`SimdLevel`] and an arm in its
//! three functions (`pulp` has NEON's vectors; nothing here was run on them).

mod level;
mod prefetch;
mod vector;

#[cfg(target_arch = "x86_64")]
pub(crate) use level::with_bf16;
pub use level::{SimdError, SimdLevel};
pub(crate) use prefetch::{prefetch_far, prefetch_near};
pub(crate) use vector::{load, mul_add, store};

/// Numbers of the widest vector. Loops over local arrays of this length are
/// compiled to vectors at every level, to several where vectors are shorter, and
/// the arrays stay in registers.
pub(crate) const LANES: usize = 16;

/// Runs `loops` compiled for the current level. Everything it calls must be
/// `#[inline(always)]` to be compiled for the level too. A long closure may
/// itself be left out of line, at the instructions of every CPU: longer loops are
/// a `pulp::WithSimd` of their own, whose method is always inlined.
#[inline(always)]
pub(crate) fn vectorize<R>(loops: impl FnOnce() -> R) -> R {
    SimdLevel::current().run(loops)
}
