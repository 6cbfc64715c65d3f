//! How a convolution is cut into tiles, and how much is computed at once.

use super::map::MapShape;
use super::planes::PlaneShape;
use crate::conv2d::Conv2dShape;
use crate::matmul::GOOD_ROWS;

/// Floats of transformed input and output that a group of images aims at:
/// 16 MiB, which stay in the cache that the cores share. More if an image or
/// [`GROUP_TILES`] take more.
const GROUP_LEN: usize = 1 << 22;

/// Tiles of a group at least: each plane of the kernels is read from far away
/// and should be worth it.
const GROUP_TILES: usize = GOOD_ROWS;

/// A convolution in tiles of `tile` × `tile` outputs by products in
/// `points` × `points` planes.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub(super) shape: Conv2dShape,
    pub(super) tile: usize,
    pub(super) points: usize,
}

impl Grid {
    pub(super) fn new(shape: Conv2dShape, tile: usize, points: usize) -> Self {
        Self { shape, tile, points }
    }

    /// Tiles above one another in an image.
    pub(super) fn rows(&self) -> usize {
        self.shape.out_height().div_ceil(self.tile)
    }

    /// Tiles beside one another in an image.
    pub(super) fn columns(&self) -> usize {
        self.shape.out_width().div_ceil(self.tile)
    }

    pub(super) fn tiles_per_image(&self) -> usize {
        self.rows() * self.columns()
    }

    pub(super) fn planes(&self) -> usize {
        self.points * self.points
    }

    /// Products of one image for each pair of channels.
    pub(super) fn products(&self) -> usize {
        self.planes() * self.tiles_per_image()
    }

    /// Images whose transforms are in scratch at the same time: a function of
    /// the sizes alone, lest sums depend on the number of threads.
    pub(super) fn images_per_group(&self) -> usize {
        let channels = self.shape.in_channels + self.shape.out_channels;
        let most = (GROUP_LEN / (self.products() * channels))
            .max(GROUP_TILES.div_ceil(self.tiles_per_image()))
            .min(self.shape.batch);
        let groups = self.shape.batch.div_ceil(most);
        self.shape.batch.div_ceil(groups)
    }

    /// Transformed input tiles of `images` images.
    pub(super) fn inputs(&self, images: usize) -> PlaneShape {
        let tiles = images * self.tiles_per_image();
        PlaneShape::new(self.planes(), tiles, self.shape.in_channels)
    }

    /// Transformed output tiles of `images` images.
    pub(super) fn outputs(&self, images: usize) -> PlaneShape {
        let tiles = images * self.tiles_per_image();
        PlaneShape::new(self.planes(), tiles, self.shape.out_channels)
    }

    /// Transformed kernels: a row an output channel, a column an input channel.
    pub(super) fn kernels(&self) -> PlaneShape {
        PlaneShape::new(self.planes(), self.shape.out_channels, self.shape.in_channels)
    }

    pub(super) fn input_map(&self) -> MapShape {
        let Conv2dShape { in_height: height, in_width: width, in_channels: channels, .. } =
            self.shape;
        MapShape { height, width, channels }
    }

    pub(super) fn output_map(&self) -> MapShape {
        let (height, width) = (self.shape.out_height(), self.shape.out_width());
        MapShape { height, width, channels: self.shape.out_channels }
    }

    /// The kernel of one output channel as a map of its input channels.
    pub(super) fn kernel_map(&self) -> MapShape {
        let size = self.shape.window.kernel_size;
        MapShape { height: size, width: size, channels: self.shape.in_channels }
    }

    /// Floats of a row of output pixels.
    pub(super) fn output_row_len(&self) -> usize {
        self.shape.out_width() * self.shape.out_channels
    }

    /// The image of tile `tile` of a group, and the first output pixel of the
    /// tile in it.
    #[inline(always)]
    pub(super) fn place(&self, tile: usize) -> (usize, [isize; 2]) {
        let (image, tile_in_image) = (tile / self.tiles_per_image(), tile % self.tiles_per_image());
        let (row, column) = (tile_in_image / self.columns(), tile_in_image % self.columns());
        (image, [row, column].map(|index| (index * self.tile).cast_signed()))
    }

    /// The first input pixel under a tile whose first output pixel is `pixel`.
    #[inline(always)]
    pub(super) fn input_pixel(&self, pixel: [isize; 2]) -> [isize; 2] {
        pixel.map(|place| place - self.shape.window.padding.cast_signed())
    }
}
