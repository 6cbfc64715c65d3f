//! The forward pass.

use std::ops::Range;

use super::Patches;
use crate::conv2d::Inputs;
use crate::matmul::{Epilogue, GOOD_ROWS, Lhs, Product, Rhs, Sizes};
use crate::parallel::{chunk, for_each_chunk, for_each_chunk_pair};
use crate::{Activation, Precision, SimdLevel};

impl Patches {
    pub(in crate::conv2d) fn forward(
        &self,
        level: SimdLevel,
        activation: Activation,
        Inputs { input, packed, bias }: Inputs<'_>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let (columns, patch_len) = (self.shape.out_channels, self.shape.patch_len());
        let depth = self.places(patch_len);
        let rows = self.rows_per_task();
        let multiply = |output: &mut [f32], patches: &[f32], ahead: &[f32]| {
            Product {
                precision: self.precision,
                sizes: Sizes { rows: output.len() / columns, columns, depth },
                lhs: Lhs { data: patches, row_stride: depth, stride: 1 },
                rhs: Rhs::Packed(packed),
                output,
                row_stride: columns,
                epilogue: Epilogue::Bias(bias, activation),
                ahead: [ahead, &[]],
            }
            .run(level);
        };
        let task_len = rows * columns;
        if self.is_pointwise() && self.precision == Precision::F32 {
            return for_each_chunk(output, task_len, &|task, output| {
                let input = chunk(input, rows * depth, task);
                // A few tiles' rows while those before them are multiplied.
                multiply(output, input, &input[input.len().min(GOOD_ROWS / 3 * depth)..]);
            });
        }
        let [patches_len, pairs_len] = self.task_scratch_lens();
        let scratch = (scratch, patches_len + pairs_len);
        for_each_chunk_pair((output, task_len), scratch, &|task, output, scratch| {
            let (patches, pairs) = scratch.split_at_mut(patches_len);
            let first = task * rows;
            for block in self.blocks(output.len() / columns) {
                let pixels = first + block.start..first + block.end;
                let len = pixels.len() * patch_len;
                let (patches, ahead) = self.patches_of(input, pixels, patches);
                let patches = self.paired_rows(level, &patches[..len], patch_len, pairs);
                let output = &mut output[block.start * columns..block.end * columns];
                multiply(output, patches, ahead);
            }
        });
    }

    /// Cuts output pixels into blocks.
    pub(super) fn blocks(&self, rows: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let block = self.block_rows();
        (0..rows).step_by(block).map(move |start| start..(start + block).min(rows))
    }
}
