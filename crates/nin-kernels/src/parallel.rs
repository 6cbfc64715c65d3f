//! Work on all threads: a fixed partition, so that results do not depend on how
//! many threads run.
//!
//! Rayon's functions are compiled anew for each closure that they are given.
//! Those here are compiled once, for closures behind a pointer.

use rayon::prelude::*;

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

/// Chunk number `index` of `data` in chunks of `len`: the last one is shorter,
/// those behind it are empty.
pub(crate) fn chunk<T>(data: &[T], len: usize, index: usize) -> &[T] {
    let start = (index * len).min(data.len());
    &data[start..data.len().min(start + len)]
}

/// Calls `task` with each number below `count`.
pub(crate) fn for_each(count: usize, task: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(task);
}

/// Calls `task` with the number and the numbers of each chunk of `data` in
/// chunks of `len`.
pub(crate) fn for_each_chunk(
    data: &mut [f32],
    len: usize,
    task: &(dyn Fn(usize, &mut [f32]) + Sync),
) {
    data.par_chunks_mut(len).enumerate().for_each(|(index, chunk)| task(index, chunk));
}

/// Called with the number of a pair of chunks and the numbers of both.
type PairTask<'a, T> = dyn Fn(usize, &mut [f32], &mut [T]) + Sync + 'a;

/// [`for_each_chunk`] of two slices at once, each in chunks of its own length.
pub(crate) fn for_each_chunk_pair<T: Send>(
    (first, first_len): (&mut [f32], usize),
    (second, second_len): (&mut [T], usize),
    task: &PairTask<'_, T>,
) {
    let chunks = first.par_chunks_mut(first_len).zip(second.par_chunks_mut(second_len));
    chunks.enumerate().for_each(|(index, (first, second))| task(index, first, second));
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

    #[test]
    fn chunks_cover_the_data_once() {
        let data = [1, 2, 3, 4, 5];
        let chunks = [0, 1, 2, 3].map(|index| chunk(&data, 2, index));
        assert_eq!(chunks, [&data[..2], &data[2..4], &data[4..], &[]]);
        let (mut first, mut second) = ([0.0; 5], [0; 3]);
        for_each_chunk(&mut first, 2, &|index, chunk| {
            chunk.iter_mut().for_each(|number| *number += index as f32);
        });
        assert_eq!(first, [0.0, 0.0, 1.0, 1.0, 2.0]);
        for_each_chunk_pair((&mut first, 2), (&mut second, 1), &|index, first, second| {
            second[0] = index + first.len();
        });
        assert_eq!(second, [2, 3, 3]);
    }
}
