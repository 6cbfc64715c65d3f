//! How the numbers of two operands are multiplied and added up.

use pulp::Simd;

use crate::simd::mul_add;
#[cfg(target_arch = "x86_64")]
use crate::simd::with_bf16;

/// The products of a kind of number.
pub(super) trait Arithmetic: Copy {
    /// Registers that a step takes beside those of the sums.
    const REGISTERS: usize;

    /// sum + a · b.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions.
    unsafe fn multiply_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, sum: S::f32s) -> S::f32s;

    /// Runs `operation` compiled for the instructions.
    ///
    /// # Safety
    ///
    /// The CPU must have them.
    #[inline(always)]
    unsafe fn vectorize<S: Simd>(simd: S, operation: impl FnOnce()) {
        simd.vectorize(operation);
    }
}

/// 32-bit floats.
#[derive(Clone, Copy)]
pub(super) struct F32;

impl Arithmetic for F32 {
    const REGISTERS: usize = 4;

    #[inline(always)]
    unsafe fn multiply_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, sum: S::f32s) -> S::f32s {
        mul_add(simd, a, b, sum)
    }
}

/// Two bfloat16 numbers in the place of each f32, [`pair`](super::pair)ed:
/// sum + a₁ · b₁ + a₀ · b₀, rounded to f32 after each addition. A product of
/// two bfloat16 is exact in f32.
#[derive(Clone, Copy)]
pub(super) struct Bf16;

impl Arithmetic for Bf16 {
    const REGISTERS: usize = 8;

    #[inline(always)]
    unsafe fn multiply_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, sum: S::f32s) -> S::f32s {
        let [a_low, a_high] = halves(simd, a);
        let [b_low, b_high] = halves(simd, b);
        mul_add(simd, a_low, b_low, mul_add(simd, a_high, b_high, sum))
    }
}

/// The two bfloat16 of each lane as f32.
#[inline(always)]
fn halves<S: Simd>(simd: S, pairs: S::f32s) -> [S::f32s; 2] {
    let bits = simd.transmute_u32s_f32s(pairs);
    let low = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(16));
    let high = simd.and_u32s(bits, simd.splat_u32s(0xffff_0000));
    [simd.transmute_f32s_u32s(low), simd.transmute_f32s_u32s(high)]
}

/// [`Bf16`] in one instruction, `vdpbf16ps`: the same bits, but that numbers
/// below 2⁻¹²⁶ count as 0.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct NativeBf16;

#[cfg(target_arch = "x86_64")]
impl Arithmetic for NativeBf16 {
    const REGISTERS: usize = 4;

    #[inline(always)]
    unsafe fn multiply_add<S: Simd>(_: S, a: S::f32s, b: S::f32s, sum: S::f32s) -> S::f32s {
        use std::arch::x86_64::{__m512, __m512bh, _mm512_dpbf16_ps};
        use std::mem::transmute_copy;
        assert!(size_of::<S::f32s>() == size_of::<__m512>(), "vectors of 512 bits");
        // SAFETY: the vectors have the size of the registers, and any bits are
        // valid in either. That the CPU has the instruction is the caller's
        // promise.
        unsafe {
            let a = transmute_copy::<S::f32s, __m512bh>(&a);
            let b = transmute_copy::<S::f32s, __m512bh>(&b);
            let sum = _mm512_dpbf16_ps(transmute_copy::<S::f32s, __m512>(&sum), a, b);
            transmute_copy::<__m512, S::f32s>(&sum)
        }
    }

    #[inline(always)]
    unsafe fn vectorize<S: Simd>(_: S, operation: impl FnOnce()) {
        // SAFETY: the caller's promise.
        unsafe { with_bf16(operation) };
    }
}
