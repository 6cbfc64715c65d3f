//! What numbers the operands of products are rounded to.

/// The numbers that are multiplied. Sums are f32 in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// bfloat16: the upper half of an f32, 8 bits of precision.
    Bf16,
}
