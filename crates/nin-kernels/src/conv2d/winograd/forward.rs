//! The forward pass, and the packing of its kernels.

use super::Winograd;
use super::tiles::Task;
use crate::conv2d::Inputs;
use crate::matmul::{Epilogue, Lhs, Product, Rhs, Sizes, pack_transposed, packed_len};
use crate::parallel::{chunk, for_each_chunk};
use crate::{Activation, Precision, SimdLevel};

impl Winograd {
    pub(in crate::conv2d) fn pack(
        &self,
        level: SimdLevel,
        weight: &[f32],
        packed: &mut [f32],
        scratch: &mut [f32],
    ) {
        let transforms = self.transforms();
        let (shape, kernels) = (self.shape, transforms.grid.kernels());
        transforms.all_kernels(level, weight, scratch);
        let sizes = [shape.out_channels, shape.in_channels];
        let packed_len = packed_len(shape.out_channels, shape.in_channels);
        for_each_chunk(packed, packed_len, &|plane, packed| {
            let plane = chunk(scratch, kernels.plane_stride(), plane);
            pack_transposed(level, sizes, (plane, kernels.row_stride), packed);
        });
    }

    pub(in crate::conv2d) fn forward(
        &self,
        level: SimdLevel,
        activation: Activation,
        Inputs { input, packed, bias }: Inputs<'_>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let transforms = self.transforms();
        let grid = transforms.grid;
        let (in_channels, out_channels) = (self.shape.in_channels, self.shape.out_channels);
        let (input_len, output_len) = (grid.input_map().len(), grid.output_map().len());
        let images = grid.images_per_group();
        for (input, output) in
            input.chunks(images * input_len).zip(output.chunks_mut(images * output_len))
        {
            let images = input.len() / input_len;
            let (inputs, outputs) = (grid.inputs(images), grid.outputs(images));
            let (input_planes, rest) = scratch.split_at_mut(inputs.len());
            let output_planes = &mut rest[..outputs.len()];

            transforms.all_inputs(level, input, (inputs, input_planes));

            let sizes = Sizes { rows: inputs.rows, columns: out_channels, depth: in_channels };
            let (input_len, packed_len) =
                (inputs.plane_stride(), packed_len(out_channels, in_channels));
            for_each_chunk(output_planes, outputs.plane_stride(), &|plane, output| {
                Product {
                    precision: Precision::F32,
                    sizes,
                    lhs: Lhs {
                        data: chunk(input_planes, input_len, plane),
                        row_stride: inputs.row_stride,
                        stride: 1,
                    },
                    rhs: Rhs::Packed(chunk(packed, packed_len, plane)),
                    output,
                    row_stride: outputs.row_stride,
                    epilogue: Epilogue::Overwrite,
                    ahead: [
                        chunk(input_planes, input_len, plane + 1),
                        chunk(packed, packed_len, plane + 1),
                    ],
                }
                .run(level);
            });

            let row_of_tiles = grid.tile * grid.output_row_len();
            let planes = (outputs, &*output_planes);
            for_each_chunk(output, output_len, &|image, output| {
                for_each_chunk(output, row_of_tiles, &|row, pixels| {
                    let first = image * grid.tiles_per_image() + row * grid.columns();
                    let tiles = first..first + grid.columns();
                    transforms.run(level, Task::Output { planes, tiles, bias, activation, pixels });
                });
            });
        }
    }
}
