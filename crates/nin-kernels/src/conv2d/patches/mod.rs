//! Convolution as the product of a matrix of patches and the weight.
//!
//! Patches are gathered into scratch a block of output pixels at a time; a 1×1
//! convolution of stride 1 multiplies the input where it is.

mod backward;
mod forward;
mod gather;

use super::Conv2dShape;
use crate::buffer::in_lines;
use crate::matmul::{GOOD_ROWS, pack_transposed, packed_len};
use crate::parallel::part_len;
use crate::{SimdLevel, Window};

/// Floats of patches that a block aims at: 256 KiB, which with its outputs
/// stays in a core's own cache.
const BLOCK_LEN: usize = 1 << 14;

/// A convolution that is computed from patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patches {
    shape: Conv2dShape,
}

impl Patches {
    pub(super) fn new(shape: Conv2dShape) -> Self {
        Self { shape }
    }

    /// Whether the input itself is the patch matrix.
    fn is_pointwise(&self) -> bool {
        self.shape.window == Window { kernel_size: 1, stride: 1, padding: 0 }
    }

    /// Output pixels whose patches are gathered at once.
    fn block_rows(&self) -> usize {
        (BLOCK_LEN / self.shape.patch_len() / GOOD_ROWS).max(1) * GOOD_ROWS
    }

    /// Floats of a block's patches.
    fn patches_len(&self) -> usize {
        if self.is_pointwise() { 0 } else { in_lines(self.block_rows() * self.shape.patch_len()) }
    }

    /// Output pixels that a task of the forward pass computes: whole blocks.
    fn rows_per_task(&self) -> usize {
        let rows = self.shape.batch * self.shape.pixels();
        part_len(rows).next_multiple_of(self.block_rows()).min(rows)
    }

    fn forward_tasks(&self) -> usize {
        (self.shape.batch * self.shape.pixels()).div_ceil(self.rows_per_task())
    }

    /// Images that a task of the backward pass computes the gradients of.
    fn images_per_part(&self) -> usize {
        part_len(self.shape.batch)
    }

    fn parts(&self) -> usize {
        self.shape.batch.div_ceil(self.images_per_part())
    }

    /// Floats of the pieces of a backward task's scratch: its gradients by
    /// weight and bias, a block's gradient before the activation, and its
    /// patches; each in whole cache lines.
    fn part_scratch_lens(&self) -> [usize; 4] {
        let Conv2dShape { out_channels, .. } = self.shape;
        let delta = self.block_rows() * out_channels;
        [self.shape.weight_len(), out_channels, delta, self.patches_len()].map(in_lines)
    }

    fn part_scratch_len(&self) -> usize {
        self.part_scratch_lens().into_iter().sum()
    }

    pub(super) fn packed_len(&self) -> usize {
        packed_len(self.shape.out_channels, self.shape.patch_len())
    }

    pub(super) fn forward_scratch_len(&self) -> usize {
        self.forward_tasks() * self.patches_len()
    }

    pub(super) fn backward_scratch_len(&self) -> usize {
        self.parts() * self.part_scratch_len()
    }

    pub(super) fn pack(&self, level: SimdLevel, weight: &[f32], packed: &mut [f32]) {
        let depth = self.shape.patch_len();
        pack_transposed(level, [self.shape.out_channels, depth], (weight, depth), packed);
    }
}
