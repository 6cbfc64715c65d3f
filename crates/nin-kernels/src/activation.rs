//! The function that another operation applies to its result before storing it.

use pulp::Simd;

use crate::parallel::{chunk, for_each_chunk};
use crate::simd::vectorize;

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

    /// [`backward`](Self::backward) of each number of `output`, in the place of
    /// its gradient.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    pub fn backward_in_place(self, output: &[f32], grad: &mut [f32]) {
        /// Small enough to share among threads, large enough to be worth a task.
        const BLOCK: usize = 16 * 1024;
        assert_eq!(output.len(), grad.len(), "length of the gradient");
        if self == Self::None {
            return;
        }
        for_each_chunk(grad, BLOCK, &|block, grad| {
            let output = chunk(output, BLOCK, block);
            vectorize(
                #[inline(always)]
                || self.backward_each(output, grad),
            );
        });
    }

    /// [`backward_in_place`](Self::backward_in_place) on this thread, in the
    /// code of the level that it is called from.
    #[inline(always)]
    pub(crate) fn backward_each(self, output: &[f32], grad: &mut [f32]) {
        for (grad, &output) in grad.iter_mut().zip(output) {
            *grad = self.backward(output, *grad);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::random;

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
    fn gradients_change_in_place_as_one_by_one() {
        let (output, grad) = (random(50_000, 1), random(50_000, 2));
        for activation in [Activation::None, Activation::Relu] {
            let mut in_place = grad.clone();
            activation.backward_in_place(&output, &mut in_place);
            let numbers = output.iter().zip(&grad);
            let expected: Vec<_> =
                numbers.map(|(&y, &grad)| activation.backward(y, grad)).collect();
            assert_eq!(in_place, expected);
        }
    }

    #[test]
    fn none_changes_nothing() {
        assert_eq!(Activation::None.apply(-2.0), -2.0);
        assert_eq!(Activation::None.backward(-2.0, 7.0), 7.0);
    }
}
