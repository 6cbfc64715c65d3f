//! Patches: the rows of the matrix that turns a convolution into a product.
//!
//! The patch of an output pixel holds its window's numbers in the order
//! kernel row, kernel column, channel; channels-last memory makes each kernel
//! row one contiguous run of the input. Padding is zeros.

use std::ops::Range;

use crate::conv2d::Conv2dShape;
use crate::window::inside;

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

    /// How many pixels from `pixel` on in the same row have their whole window
    /// inside the image.
    fn pixels_inside(&self, pixel: usize) -> usize {
        let Position { top, left, .. } = self.position(pixel);
        let fits = |start: isize, size: usize| {
            let end = start + self.window.kernel_size.cast_signed();
            start >= 0 && end <= size.cast_signed()
        };
        if !fits(top, self.in_height) || !fits(left, self.in_width) {
            return 0;
        }
        let room = self.in_width - self.window.kernel_size - left.cast_unsigned();
        room / self.window.stride + 1
    }

    /// Calls `run` for each run of a patch that lies inside the image, with
    /// its range in the patch and its start in `images`.
    fn for_each_run(&self, pixel: usize, mut run: impl FnMut(Range<usize>, usize)) {
        let Position { image, top, left } = self.position(pixel);
        let rows = inside(top, self.window.kernel_size, self.in_height);
        let columns = inside(left, self.window.kernel_size, self.in_width);
        if columns.is_empty() {
            return;
        }
        let channels = self.in_channels;
        let column = left + columns.start.cast_signed();
        for kernel_row in rows {
            let row = (top + kernel_row.cast_signed()).cast_unsigned();
            let in_patch = kernel_row * self.window.kernel_size;
            let source = (image * self.in_height + row) * self.in_width + column.cast_unsigned();
            run(
                (in_patch + columns.start) * channels..(in_patch + columns.end) * channels,
                source * channels,
            );
        }
    }
}

/// The numbers of `images` that the patches of the `count` output pixels after
/// `pixels` hold and those of `pixels` do not, with whole rows of the input.
pub(super) fn input_after<'a>(
    shape: &Conv2dShape,
    images: &'a [f32],
    pixels: &Range<usize>,
    count: usize,
) -> &'a [f32] {
    let row_len = shape.in_width * shape.in_channels;
    let pixels_in_all = images.len() / shape.image_len() * shape.pixels();
    let end = |pixel: usize| {
        let Position { image, top, .. } = shape.position(pixel);
        let bottom = top.saturating_add_unsigned(shape.window.kernel_size);
        let rows = bottom.clamp(0, shape.in_height.cast_signed()).cast_unsigned();
        (image * shape.in_height + rows) * row_len
    };
    let last = (pixels.end + count).min(pixels_in_all) - 1;
    &images[end(pixels.end - 1)..end(last)]
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
    let mut pixel = pixels.start;
    while pixel < pixels.end {
        // As many pixels of a row as have their whole window in the image, or
        // one that has not.
        let inside = shape.pixels_inside(pixel).min(pixels.end - pixel);
        let start = (pixel - pixels.start) * len;
        if inside > 0 {
            gather_inside(shape, images, pixel, inside, &mut patches[start..]);
        } else {
            gather_at_border(shape, images, pixel, &mut patches[start..start + len]);
        }
        pixel += inside.max(1);
    }
}

/// Patches of `count` pixels beside one another, all inside the image.
fn gather_inside(
    shape: &Conv2dShape,
    images: &[f32],
    pixel: usize,
    count: usize,
    patches: &mut [f32],
) {
    let Position { image, top, left } = shape.position(pixel);
    let (top, left) = (top.cast_unsigned(), left.cast_unsigned());
    let row_len = shape.in_width * shape.in_channels;
    let run_len = shape.window.kernel_size * shape.in_channels;
    let first = (image * shape.in_height + top) * row_len + left * shape.in_channels;
    let mut target = 0;
    for index in 0..count {
        let mut source = first + index * shape.window.stride * shape.in_channels;
        for _ in 0..shape.window.kernel_size {
            copy_run(&images[source..], &mut patches[target..], run_len);
            source += row_len;
            target += run_len;
        }
    }
}

/// The patch of a pixel that is partly padding.
fn gather_at_border(shape: &Conv2dShape, images: &[f32], pixel: usize, patch: &mut [f32]) {
    patch.fill(0.0);
    shape.for_each_run(pixel, |run, source| {
        patch[run.clone()].copy_from_slice(&images[source..][..run.len()]);
    });
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
