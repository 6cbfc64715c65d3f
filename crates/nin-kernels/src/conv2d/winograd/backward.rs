//! Both gradients: the adjoint of each step of the forward pass, in reverse.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::planes::PlaneShape;
use super::points::Matrices;
use super::tiles::Tiles;
use crate::conv2d::{Gradients, Saved};
use crate::matmul::{Epilogue, Lhs, Product, Rhs, Sizes, chunk_after};
use crate::{Precision, SimdLevel};

pub(super) struct Backward<'a, A, const M: usize, const R: usize, const P: usize> {
    pub(super) level: SimdLevel,
    pub(super) tiles: Tiles<A, M, R, P>,
    pub(super) saved: Saved<'a>,
    pub(super) grad_output: &'a [f32],
    pub(super) gradients: Gradients<'a>,
    pub(super) scratch: &'a mut [f32],
}

impl<A, const M: usize, const R: usize, const P: usize> WithSimd for Backward<'_, A, M, R, P>
where
    A: Matrices<M, R, P>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { level, tiles, saved, grad_output, gradients, scratch } = self;
        let Gradients { input: mut grad_input, weight: grad_weight, bias: grad_bias } = gradients;
        let grid = tiles.grid;
        let (in_channels, out_channels) = (grid.shape.in_channels, grid.shape.out_channels);
        let (input_len, output_len) = (grid.input_map().len(), grid.output_map().len());
        let kernels = grid.kernels();
        let (kernel_planes, scratch) = scratch.split_at_mut(kernels.len());
        let (grad_kernel_planes, scratch) = scratch.split_at_mut(kernels.len());
        if grad_input.is_some() {
            tiles.all_kernels(simd, saved.weight, kernel_planes);
        }
        grad_bias.fill(0.0);

        let images_per_group = grid.images_per_group();
        for first in (0..grid.shape.batch).step_by(images_per_group) {
            let images = images_per_group.min(grid.shape.batch - first);
            let (inputs, outputs) = (grid.inputs(images), grid.outputs(images));
            let (input_planes, rest) = scratch.split_at_mut(inputs.len());
            let output_planes = &mut rest[..outputs.len()];
            let input_numbers = first * input_len..(first + images) * input_len;
            let output_numbers = first * output_len..(first + images) * output_len;

            let input = &saved.input[input_numbers.clone()];
            tiles.all_inputs(simd, input, (inputs, input_planes));
            let grad_output = &grad_output[output_numbers];
            outputs.par_bands(output_planes, grid.columns()).for_each(|band| {
                simd.vectorize(
                    #[inline(always)]
                    || tiles.grad_output(simd, grad_output, band),
                );
            });

            // Row 1 of A is all ones: plane (1, 1) has the sums of the tiles.
            let sums = &output_planes[(P + 1) * outputs.plane_stride()..];
            for tile in sums.chunks(outputs.row_stride).take(outputs.rows) {
                grad_bias.iter_mut().zip(tile).for_each(|(sum, value)| *sum += value);
            }

            let products = Products {
                inputs,
                outputs,
                kernels,
                channels: [in_channels, out_channels],
                store: if first == 0 { Epilogue::Overwrite } else { Epilogue::Add },
                by_input: grad_input.is_some(),
            };
            let output_len = outputs.plane_stride();
            input_planes
                .par_chunks_mut(inputs.plane_stride())
                .zip(kernel_planes.par_chunks(kernels.plane_stride()))
                .zip(grad_kernel_planes.par_chunks_mut(kernels.plane_stride()))
                .enumerate()
                .for_each(|(plane, ((input, kernel), grad_kernel))| {
                    let grad_output = &output_planes[plane * output_len..][..output_len];
                    let next = chunk_after(output_planes, output_len, plane);
                    products.of_plane(level, input, (grad_output, next), kernel, grad_kernel);
                });

            if let Some(grad_input) = grad_input.as_deref_mut() {
                let planes = (inputs, &*input_planes);
                let images = grad_input[input_numbers]
                    .par_chunks_mut(input_len)
                    .zip(input.par_chunks(input_len));
                images.enumerate().for_each(|(image, (grad_input, input))| {
                    simd.vectorize(
                        #[inline(always)]
                        || {
                            let count = grid.tiles_per_image();
                            let tiles_of_image = image * count..(image + 1) * count;
                            tiles.grad_input(simd, planes, tiles_of_image, grad_input);
                            saved.input_activation.backward_each(input, grad_input);
                        },
                    );
                });
            }
        }

        let planes = (kernels, &*grad_kernel_planes);
        grad_weight.par_chunks_mut(R * R * in_channels).enumerate().for_each(
            |(out_channel, grad_kernel)| {
                simd.vectorize(
                    #[inline(always)]
                    || tiles.grad_kernel(simd, planes, out_channel, grad_kernel),
                );
            },
        );
    }
}

/// The products of one plane.
#[derive(Clone, Copy)]
struct Products {
    inputs: PlaneShape,
    outputs: PlaneShape,
    kernels: PlaneShape,
    /// Of input and output.
    channels: [usize; 2],
    /// What becomes of the gradient by the kernels.
    store: Epilogue<'static>,
    /// Whether the gradient by the input is wanted.
    by_input: bool,
}

impl Products {
    /// The gradient by the kernels from input and gradient by the output; then
    /// the gradient by the input in the place of the input.
    fn of_plane(
        self,
        level: SimdLevel,
        input: &mut [f32],
        (grad_output, next_grad_output): (&[f32], &[f32]),
        kernel: &[f32],
        grad_kernel: &mut [f32],
    ) {
        let Self { inputs, outputs, kernels, channels: [in_channels, out_channels], .. } = self;
        let tiles = inputs.rows;
        Product {
            precision: Precision::F32,
            sizes: Sizes { rows: out_channels, columns: in_channels, depth: tiles },
            lhs: Lhs { data: grad_output, row_stride: 1, stride: outputs.row_stride },
            rhs: Rhs::Rows { data: input, stride: inputs.row_stride },
            output: grad_kernel,
            row_stride: kernels.row_stride,
            epilogue: self.store,
            ahead: [if self.by_input { kernel } else { &[] }, &[]],
        }
        .run(level);
        if self.by_input {
            Product {
                precision: Precision::F32,
                sizes: Sizes { rows: tiles, columns: in_channels, depth: out_channels },
                lhs: Lhs { data: grad_output, row_stride: outputs.row_stride, stride: 1 },
                rhs: Rhs::Rows { data: kernel, stride: kernels.row_stride },
                output: input,
                row_stride: inputs.row_stride,
                epilogue: Epilogue::Overwrite,
                ahead: [next_grad_output, &[]],
            }
            .run(level);
        }
    }
}
