//! Sums over the window of each channel.
//!
//! The terms of the sums are written to a buffer with zeros beyond the first and
//! the last channel. All windows then are summed at once, by adding the buffer as
//! often as a window has channels, each time from one channel further on.

use std::ops::Range;

use super::LrnParams;

/// Channels computed at once: no fewer than networks have in most layers, as
/// those at the edge of a block are computed twice, and few enough for all
/// buffers to stay in the first-level cache.
pub(super) const BLOCK: usize = 512;

/// Channels of a window in one turn. Only very wide windows need a second one.
pub(super) const TURN: usize = 32;

/// Channels that the windows of a block reach in one turn, at most.
pub(super) const WIDE: usize = BLOCK + TURN;

/// Channels that the windows of these reach.
pub(super) const REACH: usize = WIDE + TURN;

/// Cuts the channels of a pixel into blocks.
#[inline(always)]
pub(super) fn blocks(channels: usize) -> impl Iterator<Item = Range<usize>> {
    (0..channels).step_by(BLOCK).map(move |start| start..(start + BLOCK).min(channels))
}

/// Some of the channels of each window, of windows centred side by side.
pub(super) struct Turn {
    /// Which ones, counted from the lower end of a window.
    shifts: Range<usize>,
    /// Places before the first channel.
    zeros: usize,
    /// The channels in any of these places.
    pub(super) channels: Range<usize>,
}

/// The turns that see a channel, for windows that reach `below` channels down and
/// `above` up and are centred at `centres`, out of `count` channels.
#[inline(always)]
pub(super) fn turns(
    below: usize,
    above: usize,
    centres: Range<usize>,
    count: usize,
) -> impl Iterator<Item = Turn> {
    let below = below.min(centres.end);
    let above = above.min(count);
    let size = below + above + 1;
    (0..size).step_by(TURN).filter_map(move |first| {
        let shifts = first..(first + TURN).min(size);
        let start = centres.start + shifts.start;
        let end = (centres.end + shifts.end - 1).saturating_sub(below).min(count);
        let channels = start.saturating_sub(below)..end;
        let zeros = below.saturating_sub(start);
        (!channels.is_empty()).then_some(Turn { shifts, zeros, channels })
    })
}

impl Turn {
    /// Where the terms of `channels` go so that [`add`](Self::add) finds them for
    /// a number of sums. Zeros are written around them.
    #[inline(always)]
    pub(super) fn place<'t>(&self, sums: usize, terms: &'t mut [f32; REACH]) -> &'t mut [f32] {
        let end = self.zeros + self.channels.len();
        terms[..self.zeros].fill(0.0);
        terms[end..sums + self.shifts.len() - 1].fill(0.0);
        &mut terms[self.zeros..end]
    }

    /// Adds this turn's terms to the sums of each window.
    #[inline(always)]
    pub(super) fn add(&self, terms: &[f32; REACH], sums: &mut [f32]) {
        for shift in 0..self.shifts.len() {
            for (sum, term) in sums.iter_mut().zip(&terms[shift..]) {
                *sum += term;
            }
        }
    }
}

/// d_c of the `channels` of the pixel `x`, at most [`WIDE`] of them.
#[inline(always)]
pub(super) fn write_denominators(
    params: &LrnParams,
    x: &[f32],
    channels: Range<usize>,
    squares: &mut [f32; REACH],
    denominators: &mut [f32],
) {
    denominators.fill(0.0);
    let sums = channels.len();
    for turn in turns(params.below(), params.above(), channels, x.len()) {
        let placed = turn.place(sums, squares);
        for (square, x) in placed.iter_mut().zip(&x[turn.channels.clone()]) {
            *square = x * x;
        }
        turn.add(squares, denominators);
    }
    let (weight, k) = (params.weight() as f32, params.k as f32);
    for sum in denominators {
        *sum = k + weight * *sum;
    }
}
