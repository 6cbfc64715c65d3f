//! The forward pass.

use std::ops::Range;

use rayon::prelude::*;

use super::{Patches, gather::gather};
use crate::conv2d::Inputs;
use crate::matmul::{Epilogue, GOOD_ROWS, Lhs, Product, Rhs, Sizes};
use crate::{Activation, SimdLevel};

impl Patches {
    pub(in crate::conv2d) fn forward(
        &self,
        level: SimdLevel,
        activation: Activation,
        Inputs { input, packed, bias }: Inputs<'_>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let (columns, depth) = (self.shape.out_channels, self.shape.patch_len());
        let rows = self.rows_per_task();
        let multiply = |output: &mut [f32], patches: &[f32]| {
            let sizes = Sizes { rows: output.len() / columns, columns, depth };
            Product {
                sizes,
                lhs: Lhs { data: patches, row_stride: depth, stride: 1 },
                rhs: Rhs::Packed(packed),
                output,
                row_stride: columns,
                epilogue: Epilogue::Bias(bias, activation),
                // A few tiles' rows while those before them are multiplied.
                ahead: [&patches[patches.len().min(GOOD_ROWS / 3 * depth)..], &[]],
            }
            .run(level);
        };
        let tasks = output.par_chunks_mut(rows * columns);
        if self.is_pointwise() {
            let input = input.par_chunks(rows * depth);
            return tasks.zip(input).for_each(|(output, input)| multiply(output, input));
        }
        let scratch = scratch.par_chunks_mut(self.patches_len());
        tasks.zip(scratch).enumerate().for_each(|(task, (output, scratch))| {
            let first = task * rows;
            for block in self.blocks(output.len() / columns) {
                let pixels = first + block.start..first + block.end;
                gather(&self.shape, input, pixels, scratch);
                multiply(&mut output[block.start * columns..block.end * columns], scratch);
            }
        });
    }

    /// Cuts output pixels into blocks.
    pub(super) fn blocks(&self, rows: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let block = self.block_rows();
        (0..rows).step_by(block).map(move |start| start..(start + block).min(rows))
    }
}
