//! The fixed partition of work: results do not depend on how many threads run.

use std::ops::Range;

/// The most parts that a batch is cut into.
///
/// A constant, whatever the number of threads, so that sums over parts are
/// always added in the same order. Larger values would feed more threads and
/// cost one copy of the weight gradient each.
pub(crate) const MAX_PARTS: usize = 16;

/// Cuts `0..count` into at most [`MAX_PARTS`] ranges of nearly equal length.
pub(crate) fn parts(count: usize) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    let parts = count.min(MAX_PARTS);
    (0..parts).map(move |part| part * count / parts..(part + 1) * count / parts)
}

/// Items in each part but the last when `count` items are cut into at most
/// [`MAX_PARTS`] chunks of equal length.
pub(crate) fn part_len(count: usize) -> usize {
    count.div_ceil(MAX_PARTS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_everything_once_in_order() {
        for count in [0, 1, 2, 15, 16, 17, 32, 1000] {
            let ranges: Vec<_> = parts(count).collect();
            assert_eq!(ranges.len(), count.min(MAX_PARTS));
            let all: Vec<usize> = ranges.into_iter().flatten().collect();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
