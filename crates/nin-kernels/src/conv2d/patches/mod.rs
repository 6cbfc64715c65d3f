//! Convolution as the product of a matrix of patches and the weight.
//!
//! Patches are gathered into scratch a block of output pixels at a time; a 1×1
//! convolution of stride 1 multiplies the input where it is.

mod backward;
mod forward;
mod gather;

use std::ops::Range;

use super::Conv2dShape;
use crate::buffer::in_lines;
use crate::matmul::{GOOD_ROWS, pack_transposed, packed_len, pair};
use crate::parallel::part_len;
use crate::simd::LANES;
use crate::{Precision, SimdLevel, Window};
use gather::{gather, input_after};

/// Floats of patches that a block aims at: 64 KiB, which with its outputs stay
/// in a core's own cache. A block has [`GOOD_ROWS`] of them at least, whatever
/// they take.
const BLOCK_LEN: usize = 1 << 14;

/// A convolution that is computed from patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patches {
    shape: Conv2dShape,
    precision: Precision,
}

impl Patches {
    pub(super) fn new(shape: Conv2dShape, precision: Precision) -> Self {
        Self { shape, precision: precision.on_cpu() }
    }

    /// The places that `numbers` numbers of a sum take in its operands: one
    /// each, or for bfloat16 one a pair.
    fn places(&self, numbers: usize) -> usize {
        match self.precision {
            Precision::F32 | Precision::Tf32 => numbers,
            Precision::Bf16 => numbers.div_ceil(2),
        }
    }

    /// Floats of `rows` rows of `numbers` numbers, if they need a copy as pairs.
    fn pairs_len(&self, rows: usize, numbers: usize) -> usize {
        match self.precision {
            Precision::F32 | Precision::Tf32 => 0,
            Precision::Bf16 => in_lines(rows * numbers.div_ceil(2)),
        }
    }

    /// Each of the rows of `len` numbers as [`places`](Self::places), the
    /// first half of it paired with the second: itself, or a copy in `pairs`.
    fn paired_rows<'a>(
        &self,
        level: SimdLevel,
        rows: &'a [f32],
        len: usize,
        pairs: &'a mut [f32],
    ) -> &'a [f32] {
        if self.precision == Precision::F32 {
            return rows;
        }
        let places = self.places(len);
        let pairs = &mut pairs[..rows.len() / len * places];
        for (row, pairs) in rows.chunks_exact(len).zip(pairs.chunks_exact_mut(places)) {
            let (low, high) = row.split_at(places);
            pair(level, low, high, pairs);
        }
        pairs
    }

    /// The first half of `count` rows of `len` numbers paired with the second:
    /// [`places`](Self::places) for the number of rows, or the rows themselves
    /// with what is behind them.
    fn paired_halves<'a>(
        &self,
        level: SimdLevel,
        rows: &'a [f32],
        [count, len]: [usize; 2],
        pairs: &'a mut [f32],
    ) -> &'a [f32] {
        if self.precision == Precision::F32 {
            return rows;
        }
        let (low, high) = rows[..count * len].split_at(self.places(count) * len);
        let pairs = &mut pairs[..low.len()];
        pair(level, low, high, pairs);
        pairs
    }

    /// Whether the input itself is the patch matrix.
    fn is_pointwise(&self) -> bool {
        self.shape.window == Window { kernel_size: 1, stride: 1, padding: 0 }
    }

    /// Output pixels whose patches are gathered at once.
    fn block_rows(&self) -> usize {
        (BLOCK_LEN / self.shape.patch_len() / GOOD_ROWS).max(1) * GOOD_ROWS
    }

    /// Floats of a block's patches, and of a vector that begins in the last one.
    fn patches_len(&self) -> usize {
        if self.is_pointwise() {
            return 0;
        }
        in_lines(self.block_rows() * self.shape.patch_len() + LANES)
    }

    /// The patches of the output pixels `pixels` of `input`, in its place or in
    /// `patches`, with what is behind them; and the input that the block of pixels
    /// after them needs besides.
    fn patches_of<'a>(
        &self,
        input: &'a [f32],
        pixels: Range<usize>,
        patches: &'a mut [f32],
    ) -> (&'a [f32], &'a [f32]) {
        if self.is_pointwise() {
            let (patches, next) = input.split_at(pixels.end * self.shape.patch_len());
            let next = &next[..next.len().min(self.block_rows() * self.shape.patch_len())];
            (&patches[pixels.start * self.shape.patch_len()..], next)
        } else {
            let next = input_after(&self.shape, input, &pixels, self.block_rows());
            gather(&self.shape, input, pixels, patches);
            (patches, next)
        }
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
    /// weight and bias, a block's patches, and pairs of those and of the block's
    /// gradients; each in whole cache lines.
    fn part_scratch_lens(&self) -> [usize; 4] {
        let Conv2dShape { out_channels, .. } = self.shape;
        let (rows, depth) = (self.block_rows(), self.shape.patch_len());
        let pairs = self.pairs_len(out_channels, rows)
            + self.pairs_len(depth, rows).max(self.pairs_len(rows, out_channels));
        [self.shape.weight_len(), out_channels, self.patches_len(), pairs].map(in_lines)
    }

    fn part_scratch_len(&self) -> usize {
        self.part_scratch_lens().into_iter().sum()
    }

    pub(super) fn packed_len(&self) -> usize {
        packed_len(self.shape.out_channels, self.places(self.shape.patch_len()))
    }

    pub(super) fn pack_scratch_len(&self) -> usize {
        self.pairs_len(self.shape.out_channels, self.shape.patch_len())
    }

    /// Floats of a forward task's scratch: a block's patches, and pairs of them.
    fn task_scratch_lens(&self) -> [usize; 2] {
        [self.patches_len(), self.pairs_len(self.block_rows(), self.shape.patch_len())]
    }

    pub(super) fn forward_scratch_len(&self) -> usize {
        self.forward_tasks() * self.task_scratch_lens().into_iter().sum::<usize>()
    }

    /// Floats of the weight's pairs in the backward pass.
    fn weight_pairs_len(&self) -> usize {
        self.pairs_len(self.shape.patch_len(), self.shape.out_channels)
    }

    pub(super) fn backward_scratch_len(&self) -> usize {
        self.weight_pairs_len() + self.parts() * self.part_scratch_len()
    }

    pub(super) fn pack(
        &self,
        level: SimdLevel,
        weight: &[f32],
        packed: &mut [f32],
        scratch: &mut [f32],
    ) {
        let depth = self.shape.patch_len();
        let weight = self.paired_rows(level, weight, depth, scratch);
        let depth = self.places(depth);
        pack_transposed(level, [self.shape.out_channels, depth], (weight, depth), packed);
    }
}
