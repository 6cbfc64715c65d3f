//! The fixed partition of work: results do not depend on how many threads run.

/// The most parts that a batch is cut into.
///
/// A constant, whatever the number of threads, so that sums over parts are
/// always added in the same order. Larger values would feed more threads and
/// cost one copy of the weight gradient each.
const MAX_PARTS: usize = 16;

/// Items in each part but the last when `count` items are cut into at most
/// [`MAX_PARTS`] chunks of equal length.
pub(crate) fn part_len(count: usize) -> usize {
    count.div_ceil(MAX_PARTS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_more_parts_than_allowed() {
        for count in 0..100_usize {
            assert!(count.div_ceil(part_len(count)) <= MAX_PARTS);
        }
        assert_eq!((part_len(0), part_len(16), part_len(17)), (1, 1, 2));
    }
}
