//! The sizes of a convolution.

use crate::{Rounding, ShapeError, Window};

/// The sizes of a convolution over a batch of channels-last maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dShape {
    /// Maps in the batch, N.
    pub batch: usize,
    /// Channels of the input, I.
    pub in_channels: usize,
    /// Rows of the input in pixels.
    pub in_height: usize,
    /// Columns of the input in pixels.
    pub in_width: usize,
    /// Channels of the output, O.
    pub out_channels: usize,
    /// Kernel size, stride and padding.
    pub window: Window,
    out_height: usize,
    out_width: usize,
}

impl Conv2dShape {
    /// Works out the size of the output.
    ///
    /// `input` is `[N, H, W, I]`.
    ///
    /// # Errors
    ///
    /// A size of 0, a kernel larger than the padded input, or sizes whose
    /// products overflow.
    pub fn new(input: [usize; 4], out_channels: usize, window: Window) -> Result<Self, ShapeError> {
        let [batch, in_height, in_width, in_channels] = input;
        if batch == 0 || in_channels == 0 || out_channels == 0 {
            return Err(ShapeError::Empty { batch, channels: in_channels.min(out_channels) });
        }
        let out_height = window.output_size(in_height, Rounding::Floor)?;
        let out_width = window.output_size(in_width, Rounding::Floor)?;
        let shape = Self {
            batch,
            in_channels,
            in_height,
            in_width,
            out_channels,
            window,
            out_height,
            out_width,
        };
        let product = |sizes: [usize; 4]| sizes.iter().try_fold(1_usize, |a, &b| a.checked_mul(b));
        let kernel_size = window.kernel_size;
        product([batch, in_height, in_width, in_channels])
            .and(product([batch, out_height, out_width, out_channels]))
            .and(product([out_channels, kernel_size, kernel_size, in_channels]))
            .ok_or(ShapeError::Overflow)?;
        Ok(shape)
    }

    /// Rows of the output in pixels.
    pub fn out_height(&self) -> usize {
        self.out_height
    }

    /// Columns of the output in pixels.
    pub fn out_width(&self) -> usize {
        self.out_width
    }

    /// Floats of the input, N·H·W·I.
    pub fn input_len(&self) -> usize {
        self.batch * self.image_len()
    }

    /// Floats of the output, N·H'·W'·O.
    pub fn output_len(&self) -> usize {
        self.batch * self.pixels() * self.out_channels
    }

    /// Floats of the weight, O·k·k·I.
    pub fn weight_len(&self) -> usize {
        self.out_channels * self.patch_len()
    }

    /// Floats of one input image.
    pub fn image_len(&self) -> usize {
        self.in_height * self.in_width * self.in_channels
    }

    /// Output pixels of one image.
    pub fn pixels(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Floats of a patch: the numbers that one output pixel is made from.
    pub fn patch_len(&self) -> usize {
        self.window.kernel_size * self.window.kernel_size * self.in_channels
    }
}
