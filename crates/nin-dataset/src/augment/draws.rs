//! The random numbers of one picture in one epoch.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What numbers are drawn for; each part has a stream of its own, so that one
/// which is switched on changes no number of another.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Flip,
    Shift,
    Erase,
}

/// A stream of ChaCha8. Its key is the seed, as 8 bytes from the lowest, then a
/// name that sets it apart from every other use of the seed, then zeros; its
/// stream number is epoch · 2³² + picture.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    pub(super) fn new(seed: u64, part: Part, epoch: u32, picture: u32) -> Self {
        let name: &[u8] = match part {
            Part::Flip => b"nin-dataset flip",
            Part::Shift => b"nin-dataset shift",
            Part::Erase => b"nin-dataset erase",
        };
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..][..name.len()].copy_from_slice(name);
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(u64::from(epoch) << 32 | u64::from(picture));
        Self(rng)
    }

    /// A multiple of 2⁻⁵³ in [0, 1), all as probable: the high 53 bits of a
    /// 64-bit number.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An integer in [0, n), all as probable: ⌊x · n / 2⁶⁴⌋ of 64-bit numbers x.
    ///
    /// Each result has ⌊2⁶⁴ / n⌋ of the x whose remainder x · n mod 2⁶⁴ is not
    /// below 2⁶⁴ mod n; for any other x a further one is drawn.
    ///
    /// Source: Lemire, "Fast Random Integer Generation in an Interval", 2019,
    /// arXiv 1805.10941, section 4.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "there is no integer in [0, 0)");
        let too_low = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            if product as u64 >= too_low {
                return (product >> 64) as u64;
            }
        }
    }

    /// True with probability 1/2.
    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Two independent standard normal numbers, r cos φ and r sin φ, where
    /// r = √(−2 ln u) and φ = 2πv of uniform u in (0, 1] and v in [0, 1).
    ///
    /// Source: Box and Muller, "A Note on the Generation of Random Normal
    /// Deviates", 1958, Annals of Mathematical Statistics 29(2).
    pub(super) fn normals(&mut self) -> [f64; 2] {
        // 1 − [0, 1) keeps 0 from the logarithm.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sin, cos) = (TAU * self.uniform()).sin_cos();
        [radius * cos, radius * sin]
    }
}
