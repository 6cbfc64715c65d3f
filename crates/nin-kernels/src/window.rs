//! The sliding window that convolution and pooling share: its sizes and the
//! rule for the number of positions.

use crate::ShapeError;

/// A square window that slides over a padded plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Height and width in pixels, at least 1.
    pub kernel_size: usize,
    /// Distance between two positions in pixels, at least 1.
    pub stride: usize,
    /// Pixels added on each of the four sides.
    pub padding: usize,
}

/// What happens to a last window that only partly covers the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// It is left out (PyTorch's default, and the rule of every convolution).
    #[default]
    Floor,
    /// It is kept if it starts inside the input or its left padding (Caffe,
    /// cuda-convnet, PyTorch's `ceil_mode`).
    Ceil,
}

impl Window {
    /// Number of window positions along an axis of `input` pixels:
    /// (input + 2·padding − kernel_size) / stride + 1, rounded as asked.
    ///
    /// # Errors
    ///
    /// A kernel size or stride of 0, an empty input, a window larger than the
    /// padded input, or sizes that overflow.
    ///
    /// # Source
    ///
    /// PyTorch's `pooling_output_shape`: in ceil mode a last window that would
    /// start in the right padding is dropped.
    pub fn output_size(&self, input: usize, rounding: Rounding) -> Result<usize, ShapeError> {
        let Self { kernel_size, stride, padding } = *self;
        if kernel_size == 0 || stride == 0 || input == 0 {
            return Err(ShapeError::Zero { kernel_size, stride, input });
        }
        let padded = padding
            .checked_mul(2)
            .and_then(|both| both.checked_add(input))
            .ok_or(ShapeError::Overflow)?;
        let room = padded.checked_sub(kernel_size).ok_or(ShapeError::WindowTooLarge {
            kernel_size,
            padding,
            input,
        })?;
        let steps = match rounding {
            Rounding::Floor => room / stride,
            Rounding::Ceil => {
                let steps = room.div_ceil(stride);
                let starts_inside =
                    steps.checked_mul(stride).ok_or(ShapeError::Overflow)? < input + padding;
                if starts_inside { steps } else { steps - 1 }
            }
        };
        steps.checked_add(1).ok_or(ShapeError::Overflow)
    }

    /// The input pixels that output position `index` covers, padding cut off.
    #[inline(always)]
    pub(crate) fn covered(&self, index: usize, input: usize) -> std::ops::Range<usize> {
        let start = index * self.stride;
        let end = (start + self.kernel_size).saturating_sub(self.padding).min(input);
        start.saturating_sub(self.padding).min(end)..end
    }
}

/// The part of `size` places from `start` on that lies in `0..len`, counted from
/// `start`.
#[inline(always)]
pub(crate) fn inside(start: isize, size: usize, len: usize) -> std::ops::Range<usize> {
    let size = size.cast_signed();
    let first = (-start).clamp(0, size);
    let last = (len.cast_signed() - start).clamp(first, size);
    first.cast_unsigned()..last.cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(k: usize, s: usize, p: usize, input: usize, rounding: Rounding) -> usize {
        Window { kernel_size: k, stride: s, padding: p }.output_size(input, rounding).unwrap()
    }

    #[test]
    fn what_is_inside_is_counted_from_the_start() {
        assert_eq!(inside(-2, 5, 4), 2..5);
        assert_eq!(inside(2, 5, 4), 0..2);
        assert_eq!(inside(-1, 8, 4), 1..5);
        assert_eq!(inside(-3, 3, 4), 3..3);
        assert_eq!(inside(4, 3, 4), 0..0);
    }

    #[test]
    fn published_sizes() {
        for (input, floor, padded, ceil) in [(10, 4, 5, 5), (28, 13, 14, 14), (32, 15, 16, 16)] {
            assert_eq!(size(3, 2, 0, input, Rounding::Floor), floor);
            assert_eq!(size(3, 2, 1, input, Rounding::Floor), padded);
            assert_eq!(size(3, 2, 0, input, Rounding::Ceil), ceil);
        }
        assert_eq!(size(11, 4, 0, 224, Rounding::Floor), 54);
    }

    #[test]
    fn ceil_drops_a_window_that_starts_in_the_right_padding() {
        // Positions 0 and 2 start inside; 4 would start in the padding.
        assert_eq!(size(2, 2, 1, 3, Rounding::Ceil), 2);
    }

    #[test]
    fn impossible_windows_are_errors() {
        let window = |kernel_size, stride, padding| Window { kernel_size, stride, padding };
        let floor = Rounding::Floor;
        assert!(matches!(
            window(5, 1, 0).output_size(4, floor),
            Err(ShapeError::WindowTooLarge { kernel_size: 5, padding: 0, input: 4 })
        ));
        assert!(window(0, 1, 0).output_size(4, floor).is_err());
        assert!(window(1, 0, 0).output_size(4, floor).is_err());
        assert!(window(1, 1, 0).output_size(0, floor).is_err());
        assert_eq!(window(1, 1, usize::MAX).output_size(4, floor), Err(ShapeError::Overflow));
    }
}
