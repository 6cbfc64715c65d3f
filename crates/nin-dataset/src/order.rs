//! The order of the pictures in each pass: PyTorch's shuffling data loaders.

use serde::{Deserialize, Serialize};

use crate::permutation::TorchGenerator;

/// The one generator that the train, val and test loaders share.
///
/// A pass over n pictures draws, in this order: one 64-bit number (two
/// outputs); a permutation of n, which is the order; and, when the pass is run
/// to its end, a second permutation that is thrown away.
///
/// ```
/// let mut rng = nin_dataset::LoaderRng::new(42);
/// let order = rng.begin_pass(10);
/// // … all batches of the pass …
/// rng.end_pass(10);
/// assert_eq!(order.len(), 10);
/// ```
///
/// # Source
///
/// PyTorch `torch/utils/data/dataloader.py` (`_base_seed`) and `sampler.py`
/// (`RandomSampler`, whose empty remainder draws the second permutation).
#[derive(Clone, Debug)]
pub struct LoaderRng {
    seed: u64,
    generator: TorchGenerator,
}

/// What restores a [`LoaderRng`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoaderRngState {
    /// The seed it was made with.
    pub seed: u64,
    /// How many 32-bit outputs it has drawn since.
    pub draws: u64,
}

impl LoaderRng {
    /// A generator seeded with the low 32 bits of `seed`, as in PyTorch.
    pub fn new(seed: u64) -> Self {
        Self { seed, generator: TorchGenerator::new(seed) }
    }

    /// The order of a pass over `n` pictures: a permutation of 0..n.
    ///
    /// # Panics
    ///
    /// When `n` is 2³²/20 or more.
    pub fn begin_pass(&mut self, n: usize) -> Vec<u32> {
        self.generator.skip(2);
        self.generator.permutation(n)
    }

    /// Draws what PyTorch draws when a pass over `n` pictures has reached its
    /// end. A pass that is left early must not call this.
    pub fn end_pass(&mut self, n: usize) {
        self.generator.skip(n.saturating_sub(1) as u64);
    }

    /// The present state.
    pub fn state(&self) -> LoaderRngState {
        LoaderRngState { seed: self.seed, draws: self.generator.draws() }
    }

    /// The generator in a saved state. Replays the draws: milliseconds for
    /// each million.
    pub fn restore(state: LoaderRngState) -> Self {
        let mut rng = Self::new(state.seed);
        rng.generator.skip(state.draws);
        rng
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::holdout;

    /// Made by PyTorch 2.15: `random_split` and three `DataLoader`s that share
    /// one generator, seed 42, 60,000 items, 12,000 of them for validation.
    #[test]
    fn orders_equal_those_of_torch_loaders() {
        let split = holdout(60_000, 0.2, 42).unwrap();
        let mut rng = LoaderRng::new(42);
        let mut pass = |part: &[u32]| {
            let order = rng.begin_pass(part.len());
            rng.end_pass(part.len());
            let items: Vec<u32> = order[..8].iter().map(|&i| part[i as usize]).collect();
            items
        };
        let train_1 = [21706, 57616, 17577, 10889, 58663, 48501, 56446, 20763];
        let val_1 = [16115, 10606, 57927, 29503, 35862, 43565, 111, 51405];
        let train_2 = [42545, 7108, 2120, 41600, 12677, 35442, 58868, 40969];
        assert_eq!(pass(&split.train), train_1);
        assert_eq!(pass(&split.val), val_1);
        assert_eq!(pass(&split.train), train_2);
    }

    #[test]
    fn a_restored_generator_goes_on_alike() {
        let mut rng = LoaderRng::new(u64::MAX);
        rng.begin_pass(1000);
        rng.end_pass(1000);
        rng.begin_pass(0);
        rng.end_pass(0);
        let state = rng.state();
        assert_eq!(state, LoaderRngState { seed: u64::MAX, draws: 2 + 999 + 999 + 2 });
        let mut restored = LoaderRng::restore(state);
        assert_eq!(restored.begin_pass(50), rng.begin_pass(50));
    }
}
