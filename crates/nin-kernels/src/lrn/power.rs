//! d^(−beta), by square roots where beta allows it.

/// How to raise to the power −beta.
#[derive(Clone, Copy)]
pub(super) enum Power {
    /// beta = 1/2: one square root.
    Half,
    /// beta = 3/4, the value of AlexNet: two square roots.
    ThreeQuarters,
    /// Any other beta.
    General(f32),
}

impl Power {
    pub(super) fn new(beta: f64) -> Self {
        if beta == 0.5 {
            Self::Half
        } else if beta == 0.75 {
            Self::ThreeQuarters
        } else {
            Self::General(-beta as f32)
        }
    }

    /// Replaces each d by d^(−beta).
    #[inline(always)]
    pub(super) fn invert(self, denominators: &mut [f32]) {
        let values = denominators.iter_mut();
        match self {
            Self::Half => {
                for d in values {
                    *d = 1.0 / d.sqrt();
                }
            }
            Self::ThreeQuarters => {
                for d in values {
                    let root = d.sqrt();
                    *d = 1.0 / (root * root.sqrt());
                }
            }
            Self::General(exponent) => {
                for d in values {
                    *d = d.powf(exponent);
                }
            }
        }
    }
}
