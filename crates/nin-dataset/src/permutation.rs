//! PyTorch's generator and its `randperm`, bit for bit.

use rand_mt::Mt;

/// `torch.randperm` shuffles in the way written here below 2³²/20 items only.
pub(crate) const PERMUTATION_LIMIT: usize = (u32::MAX / 20) as usize;

/// PyTorch's CPU generator (MT19937), which counts what it has drawn.
///
/// # Source
///
/// PyTorch `aten/src/ATen/core/MT19937RNGEngine.h`: the classic single-integer
/// seeding from the low 32 bits of the seed.
#[derive(Clone, Debug)]
pub(crate) struct TorchGenerator {
    mt: Mt,
    draws: u64,
}

impl TorchGenerator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { mt: Mt::new(seed as u32), draws: 0 }
    }

    pub(crate) fn draws(&self) -> u64 {
        self.draws
    }

    pub(crate) fn next_u32(&mut self) -> u32 {
        self.draws += 1;
        self.mt.next_u32()
    }

    pub(crate) fn skip(&mut self, count: u64) {
        for _ in 0..count {
            self.next_u32();
        }
    }

    /// A random order of 0..n, equal to `torch.randperm(n)`; draws n − 1
    /// outputs.
    ///
    /// # Source
    ///
    /// PyTorch `aten/src/ATen/native/TensorFactories.cpp`, `randperm_cpu`:
    /// a forward shuffle by remainder.
    pub(crate) fn permutation(&mut self, n: usize) -> Vec<u32> {
        assert!(n < PERMUTATION_LIMIT, "{n} items are too many for this shuffle");
        let mut items: Vec<u32> = (0..n as u32).collect();
        for i in 0..n.saturating_sub(1) {
            let offset = self.next_u32() as usize % (n - i);
            items.swap(i, i + offset);
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_outputs_are_those_of_mt19937() {
        assert_eq!(TorchGenerator::new(42).next_u32(), 1608637542);
        assert_eq!(TorchGenerator::new(5489).next_u32(), 3499211612);
    }

    #[test]
    fn permutations_equal_torch_randperm() {
        let cases: [(u64, [u32; 10]); 5] = [
            (0, [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]),
            (1, [5, 6, 1, 2, 0, 8, 9, 3, 7, 4]),
            ((1 << 32) + 1, [5, 6, 1, 2, 0, 8, 9, 3, 7, 4]),
            (42, [2, 6, 1, 8, 4, 5, 0, 9, 3, 7]),
            ((1 << 53) - 1, [1, 4, 6, 2, 0, 5, 8, 7, 9, 3]),
        ];
        for (seed, wanted) in cases {
            assert_eq!(TorchGenerator::new(seed).permutation(10), wanted, "seed {seed}");
        }
    }

    #[test]
    fn small_permutations_draw_nothing() {
        let mut generator = TorchGenerator::new(7);
        assert_eq!(generator.permutation(0), []);
        assert_eq!(generator.permutation(1), [0]);
        assert_eq!(generator.draws(), 0);
    }
}
