//! One row of averages.

use pulp::{Simd, WithSimd};

use super::Divisor;
use crate::PoolShape;
use crate::covered::Covered;
use crate::simd::LANES;

/// Writes the averages of one row of windows.
pub(super) struct Forward<'a> {
    pub(super) shape: &'a PoolShape,
    pub(super) divisor: Divisor,
    pub(super) out_y: usize,
    /// The image that the windows slide over.
    pub(super) image: &'a [f32],
    pub(super) output: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { shape, divisor, out_y, image, output } = self;
        for (out_x, output) in output.chunks_exact_mut(shape.channels()).enumerate() {
            let divisor = divisor.of(shape, out_y, out_x);
            let covered = shape.covered(out_y, out_x);
            let (vectors, rest) = output.as_chunks_mut::<LANES>();
            let mut channel = 0;
            for vector in vectors {
                *vector = average(image, covered.clone(), channel, divisor);
                channel += LANES;
            }
            for number in rest {
                [*number] = average(image, covered.clone(), channel, divisor);
                channel += 1;
            }
        }
    }
}

/// The sums over the covered pixels of the N channels from `channel` on, divided.
#[inline(always)]
fn average<const N: usize>(
    image: &[f32],
    covered: Covered,
    channel: usize,
    divisor: f32,
) -> [f32; N] {
    let mut sums = [0.0; N];
    for (_, pixel) in covered {
        let values: &[f32; N] =
            image[pixel + channel..].first_chunk().expect("all channels of a pixel");
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    for sum in &mut sums {
        *sum /= divisor;
    }
    sums
}
