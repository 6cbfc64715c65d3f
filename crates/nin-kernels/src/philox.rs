//! Philox4x32-10: random words that are a pure function of a key and a counter.
//!
//! A generator without state gives the same numbers whatever the order or the
//! number of threads that ask for them.
//!
//! # Source
//!
//! Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3
//! (SC 2011), section 3.3 and figure 2; the constants are those of the paper's
//! library, Random123.

const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// Added to the key after each round: the fractional parts of the golden ratio
/// and of √3.
const KEY_STEPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: usize = 10;

/// The four random words of one counter.
///
/// ```
/// use nin_kernels::philox::philox4x32;
///
/// assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
/// ```
#[inline(always)]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    // Each word is the lower half of 64 bits. What stands above it is never
    // cleared: a vector's multiplication of lower halves ignores it.
    let lower = |word: u64| word & 0xffff_ffff;
    let (mut words, mut key) = (counter.map(u64::from), key);
    for _ in 0..ROUNDS {
        let product0 = MULTIPLIERS[0] * lower(words[0]);
        let product1 = MULTIPLIERS[1] * lower(words[2]);
        words = [
            (product1 >> 32) ^ words[1] ^ u64::from(key[0]),
            product1,
            (product0 >> 32) ^ words[3] ^ u64::from(key[1]),
            product0,
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    words.map(|word| word as u32)
}

#[cfg(test)]
mod tests {
    use super::philox4x32;

    #[test]
    fn known_answers_of_random123() {
        let ones = u32::MAX;
        // The last one takes counter and key from the digits of π.
        let pi_counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let pi_key = [0xa409_3822, 0x299f_31d0];
        for (counter, key, words) in [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([ones; 4], [ones; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi_counter, pi_key, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ] {
            assert_eq!(philox4x32(counter, key), words);
        }
    }
}
