//! The gradient of one image.

use pulp::{Simd, WithSimd};

use super::Divisor;
use crate::PoolShape;
use crate::covered::Covered;
use crate::simd::LANES;

/// Writes the gradient of one image.
pub(super) struct Backward<'a> {
    pub(super) shape: &'a PoolShape,
    pub(super) divisor: Divisor,
    pub(super) grad_output: &'a [f32],
    pub(super) grad_input: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { shape, divisor, grad_output, grad_input } = self;
        grad_input.fill(0.0);
        for (out_y, grads) in grad_output.chunks_exact(shape.out_row_len()).enumerate() {
            for (out_x, grads) in grads.chunks_exact(shape.channels()).enumerate() {
                let divisor = divisor.of(shape, out_y, out_x);
                let covered = shape.covered(out_y, out_x);
                let (vectors, rest) = grads.as_chunks::<LANES>();
                let mut channel = 0;
                for grads in vectors {
                    spread(*grads, divisor, covered.clone(), channel, grad_input);
                    channel += LANES;
                }
                for grad in rest {
                    spread([*grad], divisor, covered.clone(), channel, grad_input);
                    channel += 1;
                }
            }
        }
    }
}

/// Adds the shares of N gradients to the channels from `channel` on of the
/// covered pixels.
#[inline(always)]
fn spread<const N: usize>(
    mut grads: [f32; N],
    divisor: f32,
    covered: Covered,
    channel: usize,
    grad_input: &mut [f32],
) {
    for grad in &mut grads {
        *grad /= divisor;
    }
    for (_, pixel) in covered {
        let to: &mut [f32; N] =
            grad_input[pixel + channel..].first_chunk_mut().expect("all channels of a pixel");
        let mut sums = *to;
        for (sum, grad) in sums.iter_mut().zip(grads) {
            *sum += grad;
        }
        *to = sums;
    }
}
