//! What numbers the operands of products are rounded to.

/// The numbers that are multiplied. Sums are f32 in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// The 19 upper bits of an f32, 11 bits of precision, on graphics cards that
    /// have it. On a CPU the same as [`F32`](Self::F32).
    Tf32,
    /// bfloat16: the upper half of an f32, 8 bits of precision.
    Bf16,
}

impl Precision {
    /// What it comes to on a CPU.
    pub(crate) fn on_cpu(self) -> Self {
        match self {
            Self::F32 | Self::Tf32 => Self::F32,
            Self::Bf16 => Self::Bf16,
        }
    }
}
