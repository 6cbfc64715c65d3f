//! Memory that is wanted next, asked for while sums are made.
//!
//! A tile's operands come from caches, the next ones often from memory. One
//! request a step of the depth, spread evenly over a whole product, hides the
//! way without filling the queue of requests.

use std::ops::Range;

/// Memory that a product asks for.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    start: *const f32,
    /// Floats for each row of the output in a panel of columns.
    share: f32,
    /// Floats for each row and step of the depth.
    step: f32,
}

impl Ahead {
    /// The part of `memory` that falls to the steps `depth` of a product over
    /// `whole_depth` with `shares` rows of panels.
    #[inline(always)]
    pub(super) fn new(
        memory: &[f32],
        shares: usize,
        depth: Range<usize>,
        whole_depth: usize,
    ) -> Self {
        let (first, steps) = (depth.start, depth.len().max(1));
        let per_step = memory.len() as f32 / whole_depth.max(1) as f32;
        let start = memory.as_ptr().wrapping_add((per_step * first as f32) as usize);
        let share = per_step * steps as f32 / shares as f32;
        Self { start, share, step: share / steps as f32 }
    }

    /// Where a tile that begins with row of panels number `share` asks first,
    /// and how many floats further with each step.
    #[inline(always)]
    pub(super) fn of_tile(&self, share: usize, rows: usize) -> (*const f32, usize) {
        let start = self.start.wrapping_add((self.share * share as f32) as usize);
        // Rounded up: to ask twice for a line costs less than to forget one.
        (start, (self.step * rows as f32) as usize + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiles_of_a_product_ask_for_all_of_it_once() {
        let memory = [0.0; 5000];
        let offset = |at: *const f32| (at.addr() - memory.as_ptr().addr()) / size_of::<f32>();
        // 40 rows of two panels in tiles of 10, the depth of 150 in two pieces.
        let mut end = 0;
        for depth in [0..100, 100..150] {
            let ahead = Ahead::new(&memory, 80, depth.clone(), 150);
            for tile in 0..8 {
                let (start, step) = ahead.of_tile(tile * 10, 10);
                assert!(offset(start) <= end + 1, "{} after {end}", offset(start));
                end = offset(start) + step * depth.len();
            }
        }
        assert!((5000..5100).contains(&end), "{end}");
    }
}
