//! Transformed tiles: one matrix a plane, a row a tile, a column a channel.

use std::marker::PhantomData;

use pulp::Simd;

use crate::buffer::in_lines;
use crate::parallel::for_each;
use crate::simd::prefetch_near;

/// Floats from a vector of a plane to the one that is asked for meanwhile: a
/// column of planes is in more places than the CPU follows by itself.
const AHEAD: usize = 32;

/// The least odd number of cache lines for `len` floats, in floats.
fn odd_lines(len: usize) -> usize {
    let line = in_lines(1);
    (len.div_ceil(line) | 1) * line
}

/// The sizes of a stack of planes.
#[derive(Clone, Copy)]
pub(super) struct PlaneShape {
    pub(super) planes: usize,
    /// Rows of a plane.
    pub(super) rows: usize,
    /// Floats from a row to the next: the channels, padded.
    pub(super) row_stride: usize,
}

impl PlaneShape {
    pub(super) fn new(planes: usize, rows: usize, channels: usize) -> Self {
        Self { planes, rows, row_stride: odd_lines(channels) }
    }

    /// Floats from a plane to the next. An odd number of cache lines, lest the
    /// same row of all planes fall into the same few sets of the cache.
    pub(super) fn plane_stride(&self) -> usize {
        odd_lines(self.rows * self.row_stride)
    }

    /// Floats of the whole stack.
    pub(super) fn len(&self) -> usize {
        self.planes * self.plane_stride()
    }

    /// The vectors from `channel` on of row `row` in all planes of `data`.
    #[inline(always)]
    pub(super) fn column<'a, S: Simd>(
        &self,
        data: &'a [f32],
        row: usize,
        channel: usize,
    ) -> Column<'a, S> {
        assert!(data.len() >= self.len(), "length of planes");
        let start = data.as_ptr().wrapping_add(self.check::<S>(row, channel));
        Column { start, planes: self.planes, stride: self.plane_stride(), _data: PhantomData }
    }

    /// Where plane 0 has the vector from `channel` on of row `row`, once it is
    /// sure that each plane has it: rows are padded to whole vectors.
    #[inline(always)]
    fn check<S: Simd>(&self, row: usize, channel: usize) -> usize {
        assert!(row < self.rows, "a row of every plane");
        assert!(channel + S::F32_LANES <= self.row_stride, "a vector of the row");
        row * self.row_stride + channel
    }

    /// Calls `task` with each band of `rows_per_band` rows of all planes, on all
    /// threads.
    pub(super) fn for_each_band(
        self,
        data: &mut [f32],
        rows_per_band: usize,
        task: &(dyn Fn(Band<'_>) + Sync),
    ) {
        assert!(data.len() >= self.len(), "length of planes");
        let data = Shared(data.as_mut_ptr());
        for_each(self.rows.div_ceil(rows_per_band), &|band| {
            let first = band * rows_per_band;
            let rows = rows_per_band.min(self.rows - first);
            task(Band { shape: self, first, rows, data: data.pointer(), _exclusive: PhantomData });
        });
    }
}

/// The same rows of every plane.
pub(super) struct Band<'a> {
    shape: PlaneShape,
    first: usize,
    rows: usize,
    data: *mut f32,
    _exclusive: PhantomData<&'a mut [f32]>,
}

impl Band<'_> {
    /// The first of the rows.
    #[inline(always)]
    pub(super) fn first(&self) -> usize {
        self.first
    }

    #[inline(always)]
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The vectors from `channel` on of row `row` of the band in all planes.
    #[inline(always)]
    pub(super) fn column<S: Simd>(&mut self, row: usize, channel: usize) -> ColumnMut<'_, S> {
        let Self { shape, first, rows, data, .. } = *self;
        assert!(row < rows, "a row of the band");
        let start = data.wrapping_add(shape.check::<S>(first + row, channel));
        ColumnMut { start, planes: shape.planes, stride: shape.plane_stride(), _band: PhantomData }
    }
}

/// A vector in each plane.
pub(super) struct Column<'a, S> {
    start: *const f32,
    planes: usize,
    stride: usize,
    _data: PhantomData<(&'a [f32], S)>,
}

impl<S: Simd> Column<'_, S> {
    #[inline(always)]
    pub(super) fn planes(&self) -> usize {
        self.planes
    }

    #[inline(always)]
    pub(super) fn load(&self, plane: usize) -> S::f32s {
        assert!(plane < self.planes, "a plane");
        let from = self.start.wrapping_add(plane * self.stride);
        prefetch_near(from.wrapping_add(AHEAD));
        // SAFETY: `PlaneShape::column` has checked that each plane has the
        // vector and that all planes are in the borrowed slice.
        unsafe { from.cast::<S::f32s>().read_unaligned() }
    }
}

/// A vector in each plane, to be written.
pub(super) struct ColumnMut<'a, S> {
    start: *mut f32,
    planes: usize,
    stride: usize,
    _band: PhantomData<(&'a mut [f32], S)>,
}

impl<S: Simd> ColumnMut<'_, S> {
    #[inline(always)]
    pub(super) fn planes(&self) -> usize {
        self.planes
    }

    #[inline(always)]
    pub(super) fn store(&mut self, plane: usize, vector: S::f32s) {
        assert!(plane < self.planes, "a plane");
        let to = self.start.wrapping_add(plane * self.stride);
        prefetch_near(to.wrapping_add(AHEAD));
        // SAFETY: `Band::column` has checked that each plane has the vector in
        // a row of the band, which is borrowed exclusively. `for_each_band` has
        // checked that all planes lie behind the pointer and gives each row to
        // one band only.
        unsafe { to.cast::<S::f32s>().write_unaligned(vector) };
    }
}

/// A pointer that bands on several threads are made from.
#[derive(Clone, Copy)]
struct Shared(*mut f32);

// SAFETY: the pointer is only copied into bands, whose rows do not overlap.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    fn pointer(&self) -> *mut f32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use pulp::WithSimd;

    use super::*;
    use crate::SimdLevel;

    struct Fill<'a>(Band<'a>);

    impl WithSimd for Fill<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(mut band) = self;
            for row in 0..band.rows {
                for channel in (0..5).step_by(S::F32_LANES) {
                    let first = band.first;
                    let mut column = band.column::<S>(row, channel);
                    for plane in 0..4 {
                        column.store(plane, simd.splat_f32s((plane * 7 + first + row) as f32));
                    }
                }
            }
        }
    }

    #[test]
    fn bands_cover_every_row_of_every_plane_once() {
        let shape = PlaneShape::new(4, 7, 5);
        for level in SimdLevel::available() {
            let mut data = vec![f32::NAN; shape.len()];
            shape.for_each_band(&mut data, 2, &|band| level.run(Fill(band)));
            for plane in 0..4 {
                for row in 0..7 {
                    let values = &data[plane * shape.plane_stride() + row * 16..][..5];
                    assert_eq!(values, [(plane * 7 + row) as f32; 5]);
                }
            }
        }
    }

    #[test]
    fn planes_do_not_start_at_multiples_of_a_page() {
        for rows in 1..40 {
            assert_eq!(PlaneShape::new(64, rows, 256).plane_stride() / 16 % 2, 1);
        }
    }
}
