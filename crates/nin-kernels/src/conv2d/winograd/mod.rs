//! Convolution by Winograd's minimal filtering: tiles of the input and the
//! kernels are transformed, multiplied plane by plane over the channels, and
//! the products transformed into tiles of the output.
//!
//! 64 products make 4 × 4 outputs of a 5 × 5 kernel in place of 400, or 6 × 6
//! outputs of a 3 × 3 kernel in place of 324. The backward pass is the adjoint of each
//! step in reverse ([`transform`] has the table): both gradients share the
//! transform of the gradient by the output, and the products are again one
//! matrix product a plane and gradient.
//!
//! A group of images at a time, three phases run over all threads: transforms
//! (parallel over tiles), products (over planes), transforms back (over
//! tiles). Every sum has a fixed order.

mod backward;
mod forward;
mod grid;
mod map;
mod planes;
mod points;
mod tiles;
mod transform;

use super::Conv2dShape;
use crate::matmul::packed_len;
use grid::Grid;
use points::{F4x3, F4x5, F6x3};
use tiles::Transforms;

/// Channels below which the transforms cost more than the products that they
/// save, on either side.
const MIN_CHANNELS: usize = 16;

/// A convolution that is computed in tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Winograd {
    shape: Conv2dShape,
    tiling: Tiling,
}

/// F(m × m, r × r).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tiling {
    F4x5,
    F6x3,
    F4x3,
}

impl Winograd {
    /// The tiling that needs the fewest products, if one fits the convolution
    /// and pays.
    pub(super) fn choose(shape: &Conv2dShape) -> Option<Self> {
        if shape.in_channels.min(shape.out_channels) < MIN_CHANNELS {
            return None;
        }
        Self::candidates(shape).min_by_key(|winograd| winograd.grid().products())
    }

    /// The tilings that fit the convolution.
    pub(super) fn candidates(shape: &Conv2dShape) -> impl Iterator<Item = Self> + use<> {
        let tilings: &[Tiling] = match (shape.window.kernel_size, shape.window.stride) {
            (5, 1) => &[Tiling::F4x5],
            (3, 1) => &[Tiling::F6x3, Tiling::F4x3],
            _ => &[],
        };
        let shape = *shape;
        tilings.iter().map(move |&tiling| Self { shape, tiling })
    }

    fn transforms(&self) -> Transforms {
        match self.tiling {
            Tiling::F4x5 => Transforms::new(self.shape, F4x5),
            Tiling::F6x3 => Transforms::new(self.shape, F6x3),
            Tiling::F4x3 => Transforms::new(self.shape, F4x3),
        }
    }

    fn grid(&self) -> Grid {
        self.transforms().grid
    }

    /// Floats of the packed kernels.
    pub(super) fn packed_len(&self) -> usize {
        self.grid().planes() * packed_len(self.shape.out_channels, self.shape.in_channels)
    }

    /// Floats of scratch that packing needs.
    pub(super) fn pack_scratch_len(&self) -> usize {
        self.grid().kernels().len()
    }

    /// Floats of scratch that the forward pass needs.
    pub(super) fn forward_scratch_len(&self) -> usize {
        let (grid, images) = (self.grid(), self.grid().images_per_group());
        grid.inputs(images).len() + grid.outputs(images).len()
    }

    /// Floats of scratch that the backward pass needs.
    pub(super) fn backward_scratch_len(&self) -> usize {
        self.forward_scratch_len() + 2 * self.grid().kernels().len()
    }
}
