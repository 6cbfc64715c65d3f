//! Sums over the rows of a matrix, in parts.

use crate::launch::{launch, over, size};
use crate::{Device, DeviceError, Grid, View, ViewMut};

/// Threads of a block: channels and rows at once, as in `columns.cuh`.
const LANES: [usize; 2] = [32, 8];

/// Rows of a part at least: a thread sums an eighth of them.
const MIN_ROWS: usize = 256;

/// Most parts: enough to keep a large card busy, few enough that the sum over
/// them costs nothing.
const MAX_PARTS: usize = 512;

/// How rows are cut into parts, which depends on their number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) rows: usize,
    pub(crate) channels: usize,
    rows_per_part: usize,
}

impl Parts {
    /// Of `len` numbers in rows of `channels`.
    ///
    /// # Panics
    ///
    /// If there are no whole rows.
    pub(crate) fn new(len: usize, channels: usize) -> Self {
        assert!(channels > 0, "sums need at least one channel");
        assert_eq!(len % channels, 0, "length in whole rows of {channels} channels");
        let rows = len / channels;
        let rows_per_part = rows.div_ceil(MAX_PARTS).next_multiple_of(LANES[1]).max(MIN_ROWS);
        Self { rows, channels, rows_per_part }
    }

    fn count(self) -> usize {
        self.rows.div_ceil(self.rows_per_part).max(1)
    }

    /// Numbers of one sum for each part and channel.
    pub(crate) fn len(self) -> usize {
        self.count() * self.channels
    }

    pub(crate) fn grid(self) -> Grid {
        let blocks = [self.channels.div_ceil(LANES[0]), self.count()];
        Grid { blocks: blocks.map(size), threads: LANES.map(size) }
    }

    pub(crate) fn rows_per_part(self) -> u32 {
        size(self.rows_per_part)
    }

    pub(crate) fn parts(self) -> u32 {
        size(self.count())
    }
}

/// Sums of the parts' sums: one a channel.
pub(crate) fn sum_parts<D: Device>(
    device: &D,
    parts: Parts,
    partial: View<'_, f32, D>,
    sums: ViewMut<'_, f32, D>,
) -> Result<(), DeviceError> {
    let channels = parts.channels;
    assert_eq!((partial.len(), sums.len()), (parts.len(), channels), "lengths of sums");
    // SAFETY: a number a part and channel is read, one a channel is written.
    unsafe {
        launch!(
            device,
            sum_parts,
            over(device, channels),
            partial,
            parts.parts(),
            size(channels),
            sums
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_all_rows_and_are_not_many() {
        for rows in [0, 1, 255, 256, 257, 512, 131_072, 131_073, 3_211_264] {
            let parts = Parts::new(rows * 33, 33);
            assert!(parts.count() * parts.rows_per_part >= rows, "{parts:?}");
            assert!(parts.count() <= MAX_PARTS, "{parts:?}");
            let spare = parts.count() * parts.rows_per_part - rows;
            assert!(spare < parts.rows_per_part || rows == 0, "an empty part: {parts:?}");
        }
    }
}
