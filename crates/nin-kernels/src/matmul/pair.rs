//! Pairs of bfloat16 numbers in the place of f32 numbers.

use pulp::{Simd, WithSimd};

use crate::SimdLevel;
use crate::simd::{load, store};

/// Rounds the numbers of `low` and `high` to bfloat16, to nearest, ties to even,
/// and writes the two of each place into one f32's bits, `high` into the upper
/// half. Where `high` is shorter its numbers are 0.
///
/// A sum over pairs is the sum over both halves: both operands of a product
/// with the depth 2n are paired with the halves of that depth, and have the
/// depth n.
pub(crate) fn pair(level: SimdLevel, low: &[f32], high: &[f32], pairs: &mut [f32]) {
    assert!(low.len() == pairs.len() && high.len() <= pairs.len(), "lengths of pairs");
    level.run(Pair { low, high, pairs });
}

struct Pair<'a> {
    low: &'a [f32],
    high: &'a [f32],
    pairs: &'a mut [f32],
}

impl WithSimd for Pair<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { low, high, pairs } = self;
        for start in (0..pairs.len()).step_by(S::F32_LANES) {
            let low = bfloat16(simd, load(simd, &low[start..]));
            let high = bfloat16(simd, load(simd, &high[start.min(high.len())..]));
            let low = simd.wrapping_dyn_shr_u32s(low, simd.splat_u32s(16));
            let pair = simd.or_u32s(simd.and_u32s(high, simd.splat_u32s(0xffff_0000)), low);
            store(simd, &mut pairs[start..], simd.transmute_f32s_u32s(pair));
        }
    }
}

/// The bits of numbers whose upper halves are rounded to bfloat16.
#[inline(always)]
fn bfloat16<S: Simd>(simd: S, numbers: S::f32s) -> S::u32s {
    let bits = simd.transmute_u32s_f32s(numbers);
    let odd =
        simd.and_u32s(simd.wrapping_dyn_shr_u32s(bits, simd.splat_u32s(16)), simd.splat_u32s(1));
    let rounded = simd.add_u32s(bits, simd.add_u32s(odd, simd.splat_u32s(0x7fff)));
    // What is not a number would be carried into one.
    let quiet = simd.or_u32s(bits, simd.splat_u32s(0x0040_0000));
    simd.select_u32s(simd.equal_f32s(numbers, numbers), rounded, quiet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::random;

    #[test]
    fn numbers_are_rounded_to_the_nearest_and_ties_to_even() {
        let cases = [
            (1.0, 0x3f80),
            (-2.5, 0xc020),
            (f32::from_bits(0x3f80_8000), 0x3f80),
            (f32::from_bits(0x3f81_8000), 0x3f82),
            (f32::from_bits(0x3f80_8001), 0x3f81),
            (f32::INFINITY, 0x7f80),
            (f32::MAX, 0x7f80),
        ];
        for level in SimdLevel::available() {
            for (number, bits) in cases {
                let mut pairs = [0.0; 2];
                pair(level, &[number, 1.0], &[number], &mut pairs);
                assert_eq!(pairs.map(f32::to_bits), [bits << 16 | bits, 0x3f80], "{number}");
            }
            let mut pairs = [0.0];
            pair(level, &[f32::from_bits(0x7fff_ffff)], &[f32::NAN], &mut pairs);
            let bits = pairs[0].to_bits();
            for half in [bits << 16, bits & 0xffff_0000] {
                assert!(f32::from_bits(half).is_nan());
            }
        }
    }

    #[test]
    fn every_level_gives_the_same_pairs() {
        let (low, high) = (random(77, 1), random(60, 2));
        let run = |level| {
            let mut pairs = vec![f32::NAN; 77];
            pair(level, &low, &high, &mut pairs);
            pairs.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let all: Vec<_> = SimdLevel::available().map(run).collect();
        assert!(all.iter().all(|pairs| *pairs == all[0]));
    }
}
