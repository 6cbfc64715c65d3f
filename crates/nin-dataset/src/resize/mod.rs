//! Pillow's 8-bit bilinear resize, equal in every byte.

#[cfg(test)]
mod tests;
mod weights;

pub use weights::ResizeWindow;
use weights::{PRECISION_BITS, windows};

/// Resizes pictures of one size to another, as Pillow's
/// `Image.resize(…, BILINEAR)` does with 8-bit pictures: a horizontal and then
/// a vertical pass, each rounded to 8 bits; the filter widens when shrinking.
///
/// # Shapes
///
/// Input and output are H, W, C bytes (channels-last), each channel on its own.
///
/// # Cost
///
/// About (2·max(in/out, 1) + 1) multiply-adds for each output of each pass.
///
/// # Source
///
/// Pillow `src/libImaging/Resample.c`, `ImagingResample…8bpc`. Pillow 13 runs
/// the vertical pass first where a picture shrinks in height and grows, or
/// shrinks less, in width; some bytes then differ by the rounding between the
/// passes. Square pictures made square are never among these. The pictures of
/// torchvision's `Resize` go this way when they are PIL images.
#[derive(Clone, Debug)]
pub struct Resizer {
    from: (usize, usize),
    to: (usize, usize),
    channels: usize,
    columns: Vec<ResizeWindow>,
    rows: Vec<ResizeWindow>,
    /// The picture between the passes: in-height, out-width, C.
    between: Vec<u8>,
    /// One row of sums of the vertical pass.
    sums: Vec<i32>,
}

impl Resizer {
    /// A resizer from (height, width) to (height, width) in pixels.
    ///
    /// # Panics
    ///
    /// When a size or `channels` is 0.
    pub fn new(from: (usize, usize), to: (usize, usize), channels: usize) -> Self {
        for size in [from.0, from.1, to.0, to.1, channels] {
            assert!(size > 0, "sizes must be at least 1: {from:?} to {to:?}, {channels} channels");
        }
        Self {
            from,
            to,
            channels,
            columns: windows(from.1, to.1),
            rows: windows(from.0, to.0),
            between: vec![0; from.0 * to.1 * channels],
            sums: vec![0; to.1 * channels],
        }
    }

    /// Whether pictures already have the size wanted; `resize` would copy.
    pub fn is_identity(&self) -> bool {
        self.from == self.to
    }

    /// The inputs of each column of the horizontal pass, for whoever resizes
    /// elsewhere: the sum of products and of 2²¹, shifted down by 22 bits and
    /// clamped to a byte, is the output.
    pub fn columns(&self) -> &[ResizeWindow] {
        &self.columns
    }

    /// The same for each row of the vertical pass, which follows.
    pub fn rows(&self) -> &[ResizeWindow] {
        &self.rows
    }

    /// Bytes of a resized picture.
    pub fn output_bytes(&self) -> usize {
        self.to.0 * self.to.1 * self.channels
    }

    /// Resizes `picture` into `out`.
    ///
    /// # Panics
    ///
    /// When `picture` or `out` has another number of bytes than its size.
    pub fn resize(&mut self, picture: &[u8], out: &mut [u8]) {
        assert_eq!(picture.len(), self.from.0 * self.from.1 * self.channels, "input bytes");
        assert_eq!(out.len(), self.output_bytes(), "output bytes");
        self.horizontal_pass(picture);
        self.vertical_pass(out);
    }

    fn horizontal_pass(&mut self, picture: &[u8]) {
        let channels = self.channels;
        let in_rows = picture.chunks_exact(self.from.1 * channels);
        let out_rows = self.between.chunks_exact_mut(self.to.1 * channels);
        for (in_row, out_row) in in_rows.zip(out_rows) {
            for (pixel, window) in out_row.chunks_exact_mut(channels).zip(&self.columns) {
                let taps = &in_row[window.first * channels..];
                for (channel, out) in pixel.iter_mut().enumerate() {
                    let values = taps[channel..].iter().step_by(channels);
                    let products = values.zip(&window.weights).map(|(&v, w)| i32::from(v) * w);
                    *out = round(HALF + products.sum::<i32>());
                }
            }
        }
    }

    fn vertical_pass(&mut self, out: &mut [u8]) {
        let row_bytes = self.to.1 * self.channels;
        for (out_row, window) in out.chunks_exact_mut(row_bytes).zip(&self.rows) {
            self.sums.fill(HALF);
            let in_rows = self.between[window.first * row_bytes..].chunks_exact(row_bytes);
            for (in_row, weight) in in_rows.zip(&window.weights) {
                for (sum, &value) in self.sums.iter_mut().zip(in_row) {
                    *sum += i32::from(value) * weight;
                }
            }
            for (out, &sum) in out_row.iter_mut().zip(&self.sums) {
                *out = round(sum);
            }
        }
    }
}

/// One half in fixed point, so that [`round`] rounds to the nearest.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

fn round(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}
