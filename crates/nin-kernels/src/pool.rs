//! Sizes of pooling over channels-last maps, shared by max and average pooling.

use crate::covered::Covered;
use crate::{Rounding, ShapeError, Window};

/// The largest pooling window: 16 · 16 positions are what an index byte counts.
pub const MAX_KERNEL_SIZE: usize = 16;

/// Checked sizes of one pooling operation.
///
/// # Shapes
///
/// Input (batch, in_height, in_width, channels) and output (batch, out_height,
/// out_width, channels), where each output side follows
/// [`Window::output_size`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolShape {
    batch: usize,
    in_height: usize,
    in_width: usize,
    channels: usize,
    window: Window,
    out_height: usize,
    out_width: usize,
}

impl PoolShape {
    /// The sizes for an `input` of (N, H, W, C).
    ///
    /// # Errors
    ///
    /// An empty batch, a window above [`MAX_KERNEL_SIZE`], padding above half the window (some
    /// window would hold no pixel), no room for a single window, or sizes that
    /// overflow.
    pub fn new(
        [batch, in_height, in_width, channels]: [usize; 4],
        window: Window,
        rounding: Rounding,
    ) -> Result<Self, ShapeError> {
        if batch == 0 || channels == 0 {
            return Err(ShapeError::Empty { batch, channels });
        }
        let Window { kernel_size, padding, .. } = window;
        if kernel_size > MAX_KERNEL_SIZE {
            return Err(ShapeError::WindowTooLargeToIndex { kernel_size });
        }
        if padding > kernel_size / 2 {
            return Err(ShapeError::PaddingTooLarge { kernel_size, padding });
        }
        let out_height = window.output_size(in_height, rounding)?;
        let out_width = window.output_size(in_width, rounding)?;
        for (height, width) in [(in_height, in_width), (out_height, out_width)] {
            [height, width, channels]
                .iter()
                .try_fold(batch, |len, &size| len.checked_mul(size))
                .ok_or(ShapeError::Overflow)?;
        }
        Ok(Self { batch, in_height, in_width, channels, window, out_height, out_width })
    }

    /// Maps in the batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Channels of input and output.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The sliding window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Rows of the input.
    pub fn in_height(&self) -> usize {
        self.in_height
    }

    /// Columns of the input.
    pub fn in_width(&self) -> usize {
        self.in_width
    }

    /// Rows of the output.
    pub fn out_height(&self) -> usize {
        self.out_height
    }

    /// Columns of the output.
    pub fn out_width(&self) -> usize {
        self.out_width
    }

    /// Elements of the whole input.
    pub fn input_len(&self) -> usize {
        self.batch * self.in_image_len()
    }

    /// Elements of the whole output.
    pub fn output_len(&self) -> usize {
        self.batch * self.out_image_len()
    }

    pub(crate) fn in_image_len(&self) -> usize {
        self.in_height * self.in_width * self.channels
    }

    pub(crate) fn out_image_len(&self) -> usize {
        self.out_height * self.out_width * self.channels
    }

    pub(crate) fn out_row_len(&self) -> usize {
        self.out_width * self.channels
    }

    /// The pixels inside the input that one window covers, row by row:
    /// (position inside the window, offset of the pixel inside its image).
    #[inline(always)]
    pub(crate) fn covered(&self, out_y: usize, out_x: usize) -> Covered {
        let Window { kernel_size, stride, padding } = self.window;
        let rows = self.window.covered(out_y, self.in_height);
        let columns = self.window.covered(out_x, self.in_width);
        let row = rows.start + padding - out_y * stride;
        let column = columns.start + padding - out_x * stride;
        let pixel = rows.start * self.in_width + columns.start;
        Covered::new(
            [rows.len(), columns.len()],
            (row * kernel_size + column, pixel * self.channels),
            (kernel_size, self.in_width * self.channels),
            (1, self.channels),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(kernel_size: usize, stride: usize, padding: usize) -> Result<PoolShape, ShapeError> {
        let window = Window { kernel_size, stride, padding };
        PoolShape::new([2, 5, 7, 3], window, Rounding::Floor)
    }

    #[test]
    fn sizes() {
        let shape = shape(3, 2, 0).unwrap();
        assert_eq!((shape.out_height(), shape.out_width()), (2, 3));
        assert_eq!((shape.input_len(), shape.output_len()), (210, 36));
    }

    #[test]
    fn covered_positions_skip_the_padding() {
        let corner: Vec<_> = shape(3, 2, 1).unwrap().covered(0, 0).collect();
        assert_eq!(corner, [(4, 0), (5, 3), (7, 21), (8, 24)]);
    }

    #[test]
    fn impossible_sizes_are_errors() {
        assert_eq!(shape(17, 1, 8), Err(ShapeError::WindowTooLargeToIndex { kernel_size: 17 }));
        let padding = ShapeError::PaddingTooLarge { kernel_size: 3, padding: 2 };
        assert_eq!(shape(3, 1, 2), Err(padding));
        assert_eq!(
            shape(6, 1, 0),
            Err(ShapeError::WindowTooLarge { kernel_size: 6, padding: 0, input: 5 })
        );
        let window = Window { kernel_size: 2, stride: 2, padding: 0 };
        let empty = PoolShape::new([0, 4, 4, 1], window, Rounding::Floor);
        assert_eq!(empty, Err(ShapeError::Empty { batch: 0, channels: 1 }));
        let huge = PoolShape::new([usize::MAX, 4, 4, 1], window, Rounding::Floor);
        assert_eq!(huge, Err(ShapeError::Overflow));
    }
}
