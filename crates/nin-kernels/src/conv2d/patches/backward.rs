//! Both gradients, a part of the batch at a time.

use super::Patches;
use super::gather::scatter_add;
use crate::conv2d::{Gradients, Saved};
use crate::matmul::{Epilogue, Lhs, Product, Rhs, Sizes};
use crate::parallel::{chunk, for_each_chunk, for_each_chunk_pair};
use crate::simd::vectorize;
use crate::{Activation, SimdLevel};

impl Patches {
    pub(in crate::conv2d) fn backward(
        &self,
        level: SimdLevel,
        saved: Saved<'_>,
        grad_output: &[f32],
        gradients: Gradients<'_>,
        scratch: &mut [f32],
    ) {
        let shape = &self.shape;
        let images = self.images_per_part();
        let (input_len, output_len) =
            (images * shape.image_len(), images * shape.pixels() * shape.out_channels);
        let part_len = self.part_scratch_len();
        let (weight_pairs, scratch) = scratch.split_at_mut(self.weight_pairs_len());
        let weight = self.paired_halves(
            level,
            saved.weight,
            [shape.out_channels, shape.patch_len()],
            weight_pairs,
        );
        let part = |index| Part {
            patches: self,
            level,
            weight,
            input: chunk(saved.input, input_len, index),
            input_activation: saved.input_activation,
            grad_output: chunk(grad_output, output_len, index),
        };
        match gradients.input {
            Some(grad_input) => {
                let (grad_input, scratch) = ((grad_input, input_len), (&mut *scratch, part_len));
                for_each_chunk_pair(grad_input, scratch, &|index, grad_input, scratch| {
                    part(index).backward(Some(grad_input), scratch);
                });
            }
            None => for_each_chunk(scratch, part_len, &|index, scratch| {
                part(index).backward(None, scratch);
            }),
        }
        let [weight_len, ..] = self.part_scratch_lens();
        add_parts(scratch, part_len, 0, gradients.weight);
        add_parts(scratch, part_len, weight_len, gradients.bias);
    }
}

/// One part of the batch.
struct Part<'a> {
    patches: &'a Patches,
    level: SimdLevel,
    weight: &'a [f32],
    input: &'a [f32],
    input_activation: Activation,
    grad_output: &'a [f32],
}

impl Part<'_> {
    /// Leaves the part's gradients by weight and bias at the front of `scratch`.
    fn backward(&self, mut grad_input: Option<&mut [f32]>, scratch: &mut [f32]) {
        let Self { level, patches: sizes, .. } = *self;
        let shape = &sizes.shape;
        let (out_channels, depth) = (shape.out_channels, shape.patch_len());
        let [weight_len, bias_len, patches_len, _] = sizes.part_scratch_lens();
        let (grad_weight, scratch) = scratch.split_at_mut(weight_len);
        let (grad_bias, scratch) = scratch.split_at_mut(bias_len);
        let (patches, pairs) = scratch.split_at_mut(patches_len);
        let (grad_pairs, pairs) =
            pairs.split_at_mut(sizes.pairs_len(out_channels, sizes.block_rows()));
        let grad_bias = &mut grad_bias[..out_channels];
        grad_bias.fill(0.0);
        let is_pointwise = sizes.is_pointwise();
        if let Some(grad_input) = grad_input.as_deref_mut()
            && !is_pointwise
        {
            grad_input.fill(0.0);
        }
        let blocks = sizes.blocks(self.grad_output.len() / out_channels);
        for (index, block) in blocks.enumerate() {
            let rows = block.len();
            let inputs = block.start * depth..block.end * depth;
            let grad_output =
                &self.grad_output[block.start * out_channels..block.end * out_channels];
            add_rows(level, grad_output, grad_bias);

            let (inputs_of_block, next_inputs) =
                sizes.patches_of(self.input, block.clone(), patches);
            let lhs = sizes.paired_halves(level, grad_output, [rows, out_channels], grad_pairs);
            let rhs = sizes.paired_halves(level, inputs_of_block, [rows, depth], pairs);
            Product {
                precision: sizes.precision,
                sizes: Sizes { rows: out_channels, columns: depth, depth: sizes.places(rows) },
                lhs: Lhs { data: lhs, row_stride: 1, stride: out_channels },
                rhs: Rhs::Rows { data: rhs, stride: depth },
                output: grad_weight,
                row_stride: depth,
                epilogue: if block.start == 0 { Epilogue::Overwrite } else { Epilogue::Add },
                ahead: [
                    chunk(self.grad_output, sizes.block_rows() * out_channels, index + 1),
                    next_inputs,
                ],
            }
            .run(level);

            let Some(grad_input) = grad_input.as_deref_mut() else {
                continue;
            };
            let places = sizes.places(out_channels);
            let lhs = sizes.paired_rows(level, grad_output, out_channels, pairs);
            Product {
                precision: sizes.precision,
                sizes: Sizes { rows, columns: depth, depth: places },
                lhs: Lhs { data: lhs, row_stride: places, stride: 1 },
                rhs: Rhs::Rows { data: self.weight, stride: depth },
                output: if is_pointwise { &mut grad_input[inputs.clone()] } else { &mut *patches },
                row_stride: depth,
                epilogue: if is_pointwise {
                    Epilogue::Through(&self.input[inputs], self.input_activation)
                } else {
                    Epilogue::Overwrite
                },
                ahead: [&[]; 2],
            }
            .run(level);
            if !is_pointwise {
                scatter_add(shape, patches, block, grad_input);
            }
        }
        if let Some(grad_input) = grad_input
            && !is_pointwise
        {
            level.run(
                #[inline(always)]
                || self.input_activation.backward_each(self.input, grad_input),
            );
        }
    }
}

/// Adds each of the rows of `grad_output` to `grad_bias`.
fn add_rows(level: SimdLevel, grad_output: &[f32], grad_bias: &mut [f32]) {
    level.run(
        #[inline(always)]
        || {
            for row in grad_output.chunks_exact(grad_bias.len()) {
                grad_bias.iter_mut().zip(row).for_each(|(sum, grad)| *sum += grad);
            }
        },
    );
}

/// Adds the numbers from `start` on of all parts to `sum`, part after part.
fn add_parts(scratch: &[f32], part_len: usize, start: usize, sum: &mut [f32]) {
    /// Small enough to share among threads, large enough to be worth a task.
    const BLOCK: usize = 16 * 1024;
    let len = sum.len();
    for_each_chunk(sum, BLOCK, &|block, sum| {
        vectorize(
            #[inline(always)]
            || {
                sum.fill(0.0);
                for part in scratch.chunks_exact(part_len) {
                    let values = &part[start + block * BLOCK..start + len];
                    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
            },
        );
    });
}
