//! The forward pass, and the packing of its kernels.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::points::Matrices;
use super::tiles::Tiles;
use crate::conv2d::Inputs;
use crate::matmul::{Epilogue, Lhs, Product, Rhs, Sizes, chunk_after, pack_transposed, packed_len};
use crate::{Activation, Precision, SimdLevel};

pub(super) struct Pack<'a, A, const M: usize, const R: usize, const P: usize> {
    pub(super) level: SimdLevel,
    pub(super) tiles: Tiles<A, M, R, P>,
    pub(super) weight: &'a [f32],
    pub(super) packed: &'a mut [f32],
    pub(super) scratch: &'a mut [f32],
}

impl<A, const M: usize, const R: usize, const P: usize> WithSimd for Pack<'_, A, M, R, P>
where
    A: Matrices<M, R, P>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { level, tiles, weight, packed, scratch } = self;
        let (shape, kernels) = (tiles.grid.shape, tiles.grid.kernels());
        tiles.all_kernels(simd, weight, scratch);
        let sizes = [shape.out_channels, shape.in_channels];
        packed
            .par_chunks_mut(packed_len(shape.out_channels, shape.in_channels))
            .zip(scratch.par_chunks(kernels.plane_stride()))
            .for_each(|(packed, plane)| {
                pack_transposed(level, sizes, (plane, kernels.row_stride), packed);
            });
    }
}

pub(super) struct Forward<'a, A, const M: usize, const R: usize, const P: usize> {
    pub(super) level: SimdLevel,
    pub(super) tiles: Tiles<A, M, R, P>,
    pub(super) activation: Activation,
    pub(super) inputs: Inputs<'a>,
    pub(super) output: &'a mut [f32],
    pub(super) scratch: &'a mut [f32],
}

impl<A, const M: usize, const R: usize, const P: usize> WithSimd for Forward<'_, A, M, R, P>
where
    A: Matrices<M, R, P>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { level, tiles, activation, inputs, output, scratch } = self;
        let Inputs { input, packed, bias } = inputs;
        let grid = tiles.grid;
        let (in_channels, out_channels) = (grid.shape.in_channels, grid.shape.out_channels);
        let (input_len, output_len) = (grid.input_map().len(), grid.output_map().len());
        let images = grid.images_per_group();
        for (input, output) in
            input.chunks(images * input_len).zip(output.chunks_mut(images * output_len))
        {
            let images = input.len() / input_len;
            let (inputs, outputs) = (grid.inputs(images), grid.outputs(images));
            let (input_planes, rest) = scratch.split_at_mut(inputs.len());
            let output_planes = &mut rest[..outputs.len()];

            tiles.all_inputs(simd, input, (inputs, input_planes));

            let sizes = Sizes { rows: inputs.rows, columns: out_channels, depth: in_channels };
            let (input_len, packed_len) =
                (inputs.plane_stride(), packed_len(out_channels, in_channels));
            output_planes.par_chunks_mut(outputs.plane_stride()).enumerate().for_each(
                |(plane, output)| {
                    Product {
                        precision: Precision::F32,
                        sizes,
                        lhs: Lhs {
                            data: &input_planes[plane * input_len..],
                            row_stride: inputs.row_stride,
                            stride: 1,
                        },
                        rhs: Rhs::Packed(&packed[plane * packed_len..][..packed_len]),
                        output,
                        row_stride: outputs.row_stride,
                        epilogue: Epilogue::Overwrite,
                        ahead: [
                            chunk_after(input_planes, input_len, plane),
                            chunk_after(packed, packed_len, plane),
                        ],
                    }
                    .run(level);
                },
            );

            let row_of_tiles = M * grid.output_row_len();
            let planes = (outputs, &*output_planes);
            output.par_chunks_mut(output_len).enumerate().for_each(|(image, output)| {
                output.par_chunks_mut(row_of_tiles).enumerate().for_each(|(row, pixels)| {
                    simd.vectorize(
                        #[inline(always)]
                        || {
                            let first = image * grid.tiles_per_image() + row * grid.columns();
                            let tiles_of_row = first..first + grid.columns();
                            tiles.output(simd, planes, tiles_of_row, (bias, activation), pixels);
                        },
                    );
                });
            });
        }
    }
}
