//! Several pixels in a row, so that loops over their channels are long.

use super::LrnParams;
use super::window::{BLOCK, TURN};

/// Pixels side by side, so far apart that no window sees two of them.
pub(super) struct Row {
    channels: usize,
    /// Channels from one pixel to the next: there are zeros between them.
    stride: usize,
    /// Pixels in a row, at most.
    pixels: usize,
}

impl Row {
    /// The row of as many pixels as a block has room for; `None` if there is
    /// none for two, or a window takes more than one turn.
    pub(super) fn new(params: &LrnParams, channels: usize) -> Option<Self> {
        // The window reaches at least as far down as up.
        let stride = channels.saturating_add(params.below());
        let pixels = BLOCK / stride;
        (pixels > 1 && params.size <= TURN).then_some(Self { channels, stride, pixels })
    }

    /// Numbers of the pixels that make a row.
    pub(super) fn len(&self) -> usize {
        self.pixels * self.channels
    }

    /// Puts the pixels of `from` side by side. `to` must have zeros between
    /// them.
    #[inline(always)]
    pub(super) fn join<'t>(&self, from: &[f32], to: &'t mut [f32; BLOCK]) -> &'t [f32] {
        let pixels = from.chunks_exact(self.channels);
        let len = pixels.len() * self.stride;
        for (to, pixel) in to.chunks_exact_mut(self.stride).zip(pixels) {
            to[..self.channels].copy_from_slice(pixel);
        }
        &to[..len]
    }

    /// Sets to 0 what a loop over a whole row has written between the pixels.
    #[inline(always)]
    pub(super) fn clear_between(&self, row: &mut [f32]) {
        for pixel in row.chunks_exact_mut(self.stride) {
            pixel[self.channels..].fill(0.0);
        }
    }

    /// Takes the pixels apart again.
    #[inline(always)]
    pub(super) fn split(&self, from: &[f32], to: &mut [f32]) {
        for (pixel, from) in to.chunks_exact_mut(self.channels).zip(from.chunks_exact(self.stride))
        {
            pixel.copy_from_slice(&from[..self.channels]);
        }
    }
}
