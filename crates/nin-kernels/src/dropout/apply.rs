//! Random words and what they keep, a block of elements at a time.

use pulp::{Simd, WithSimd};

use super::DropoutKey;
use crate::philox::philox4x32;

/// Elements whose words are computed at once.
const BLOCK: usize = 256;

/// Drops and scales some of the elements.
pub(super) struct Apply<'a> {
    pub(super) key: DropoutKey,
    /// The counter of the first four.
    pub(super) first_quad: u64,
    /// The smallest word that keeps its element.
    pub(super) threshold: u32,
    pub(super) scale: f32,
    pub(super) input: &'a [f32],
    pub(super) output: &'a mut [f32],
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { key, first_quad, threshold, scale, input, output } = self;
        let mut words = [[0; 4]; BLOCK / 4];
        let mut quad = first_quad;
        for (output, input) in output.chunks_mut(BLOCK).zip(input.chunks(BLOCK)) {
            for words in &mut words {
                *words = key.words(quad);
                quad += 1;
            }
            let values = input.iter().zip(words.as_flattened());
            for (output, (input, word)) in output.iter_mut().zip(values) {
                *output = if *word >= threshold { input * scale } else { 0.0 };
            }
        }
    }
}

impl DropoutKey {
    /// The random words of elements 4 · `quad` … 4 · `quad` + 3.
    #[inline(always)]
    fn words(self, quad: u64) -> [u32; 4] {
        let [quad_low, quad_high] = halves(quad);
        let [stream_low, stream_high] = halves(self.stream);
        philox4x32([quad_low, quad_high, stream_low, stream_high], halves(self.seed))
    }
}

/// The low and the high 32 bits.
#[inline(always)]
fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}
