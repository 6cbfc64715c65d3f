//! The function that another operation applies to its result before storing it.

use pulp::Simd;

/// A pointwise function fused into the operation before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// y = x.
    #[default]
    None,
    /// y = max(x, 0). NaN stays NaN, so that a broken run shows itself.
    Relu,
}

impl Activation {
    /// The value of the function at `x`.
    #[inline(always)]
    pub fn apply(self, x: f32) -> f32 {
        match self {
            Self::None => x,
            Self::Relu if x <= 0.0 => 0.0,
            Self::Relu => x,
        }
    }

    /// [`apply`](Self::apply) to a whole vector.
    #[inline(always)]
    pub(crate) fn apply_vector<S: Simd>(self, simd: S, x: S::f32s) -> S::f32s {
        match self {
            Self::None => x,
            Self::Relu => {
                let zero = simd.splat_f32s(0.0);
                simd.select_f32s(simd.less_than_or_equal_f32s(x, zero), zero, x)
            }
        }
    }

    /// [`backward`](Self::backward) of a whole vector.
    #[inline(always)]
    pub(crate) fn backward_vector<S: Simd>(
        self,
        simd: S,
        output: S::f32s,
        grad_output: S::f32s,
    ) -> S::f32s {
        match self {
            Self::None => grad_output,
            Self::Relu => {
                let zero = simd.splat_f32s(0.0);
                simd.select_f32s(simd.less_than_or_equal_f32s(output, zero), zero, grad_output)
            }
        }
    }

    /// The gradient before the function, given its `output` and the gradient
    /// after it. The gradient of ReLU at 0 is 0, as PyTorch's.
    #[inline(always)]
    pub fn backward(self, output: f32, grad_output: f32) -> f32 {
        match self {
            Self::None => grad_output,
            Self::Relu if output <= 0.0 => 0.0,
            Self::Relu => grad_output,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relu_and_its_gradient() {
        let relu = Activation::Relu;
        for (x, y, grad) in [(-2.0, 0.0, 0.0), (0.0, 0.0, 0.0), (-0.0, 0.0, 0.0), (3.0, 3.0, 7.0)] {
            assert_eq!(relu.apply(x).to_bits(), f32::to_bits(y));
            assert_eq!(relu.backward(y, 7.0), grad);
        }
        assert!(relu.apply(f32::NAN).is_nan());
        assert_eq!(relu.backward(f32::NAN, 7.0), 7.0);
    }

    #[test]
    fn none_changes_nothing() {
        assert_eq!(Activation::None.apply(-2.0), -2.0);
        assert_eq!(Activation::None.backward(-2.0, 7.0), 7.0);
    }
}
