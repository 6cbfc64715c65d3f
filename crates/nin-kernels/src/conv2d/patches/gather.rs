//! Patches: the rows of the matrix that turns a convolution into a product.
//!
//! The patch of an output pixel holds its window's numbers in the order
//! kernel row, kernel column, channel; channels-last memory makes each kernel
//! row one contiguous run of the input. Padding is zeros.

use std::ops::Range;

use crate::conv2d::Conv2dShape;

/// Where one output pixel's window lies in its image.
struct Position {
    image: usize,
    /// Input row of the window's first row, may be negative.
    top: isize,
    /// Input column of the window's first column, may be negative.
    left: isize,
}

impl Conv2dShape {
    fn position(&self, pixel: usize) -> Position {
        let (image, pixel) = (pixel / self.pixels(), pixel % self.pixels());
        let (row, column) = (pixel / self.out_width(), pixel % self.out_width());
        let start = |index: usize| {
            (index * self.window.stride).cast_signed() - self.window.padding.cast_signed()
        };
        Position { image, top: start(row), left: start(column) }
    }

    /// Calls `run` for each run of a patch that lies inside the image, with
    /// its range in the patch and its start in `images`.
    fn for_each_run(&self, pixel: usize, mut run: impl FnMut(Range<usize>, usize)) {
        let Position { image, top, left } = self.position(pixel);
        let kernel_size = self.window.kernel_size.cast_signed();
        let inside = |start: isize, size: usize| {
            let first = (-start).clamp(0, kernel_size);
            let last = (size.cast_signed() - start).clamp(first, kernel_size);
            (first.cast_unsigned(), last.cast_unsigned())
        };
        let (first_row, last_row) = inside(top, self.in_height);
        let (first_column, last_column) = inside(left, self.in_width);
        if first_column == last_column {
            return;
        }
        let channels = self.in_channels;
        let column = left + first_column.cast_signed();
        for kernel_row in first_row..last_row {
            let row = (top + kernel_row.cast_signed()).cast_unsigned();
            let in_patch = kernel_row * self.window.kernel_size;
            let source = (image * self.in_height + row) * self.in_width + column.cast_unsigned();
            run(
                (in_patch + first_column) * channels..(in_patch + last_column) * channels,
                source * channels,
            );
        }
    }
}

/// Gathers the patches of the output pixels `pixels` (counted through all of
/// `images`) into `patches`, one after the other.
pub(super) fn gather(
    shape: &Conv2dShape,
    images: &[f32],
    pixels: Range<usize>,
    patches: &mut [f32],
) {
    let len = shape.patch_len();
    for (pixel, start) in pixels.zip((0..).step_by(len)) {
        let mut filled = start;
        shape.for_each_run(pixel, |run, source| {
            let run = start + run.start..start + run.end;
            patches[filled..run.start].fill(0.0);
            copy_run(&images[source..], &mut patches[run.start..], run.len());
            filled = run.end;
        });
        patches[filled..start + len].fill(0.0);
    }
}

/// Copies `len` numbers, and some more if that is faster: what comes behind is
/// written later.
#[inline]
fn copy_run(from: &[f32], to: &mut [f32], len: usize) {
    const SHORT: usize = 16;
    match (from.first_chunk::<SHORT>(), to.first_chunk_mut::<SHORT>()) {
        (Some(from), Some(to)) if len <= SHORT => *to = *from,
        _ => to[..len].copy_from_slice(&from[..len]),
    }
}

/// The adjoint of [`gather`]: adds each patch to the places it came from.
pub(super) fn scatter_add(
    shape: &Conv2dShape,
    patches: &[f32],
    pixels: Range<usize>,
    images: &mut [f32],
) {
    for (pixel, patch) in pixels.zip(patches.chunks_exact(shape.patch_len())) {
        shape.for_each_run(pixel, |run, target| {
            for (sum, value) in images[target..].iter_mut().zip(&patch[run]) {
                *sum += value;
            }
        });
    }
}
