//! Both gradients: the adjoint of each step of the forward pass, in reverse.

use super::Winograd;
use super::planes::PlaneShape;
use super::tiles::Task;
use crate::conv2d::{Gradients, Saved};
use crate::matmul::{Epilogue, Lhs, Product, Rhs, Sizes};
use crate::parallel::{chunk, for_each_chunk, for_each_chunk_pair};
use crate::{Precision, SimdLevel};

impl Winograd {
    pub(in crate::conv2d) fn backward(
        &self,
        level: SimdLevel,
        saved: Saved<'_>,
        grad_output: &[f32],
        Gradients { input: mut grad_input, weight: grad_weight, bias: grad_bias }: Gradients<'_>,
        scratch: &mut [f32],
    ) {
        let transforms = self.transforms();
        let grid = transforms.grid;
        let (in_channels, out_channels) = (self.shape.in_channels, self.shape.out_channels);
        let (input_len, output_len) = (grid.input_map().len(), grid.output_map().len());
        let kernels = grid.kernels();
        let (kernel_planes, scratch) = scratch.split_at_mut(kernels.len());
        let (grad_kernel_planes, scratch) = scratch.split_at_mut(kernels.len());
        if grad_input.is_some() {
            transforms.all_kernels(level, saved.weight, kernel_planes);
        }
        grad_bias.fill(0.0);

        let images_per_group = grid.images_per_group();
        for first in (0..self.shape.batch).step_by(images_per_group) {
            let images = images_per_group.min(self.shape.batch - first);
            let (inputs, outputs) = (grid.inputs(images), grid.outputs(images));
            let (input_planes, rest) = scratch.split_at_mut(inputs.len());
            let output_planes = &mut rest[..outputs.len()];
            let input_numbers = first * input_len..(first + images) * input_len;
            let output_numbers = first * output_len..(first + images) * output_len;

            let input = &saved.input[input_numbers.clone()];
            transforms.all_inputs(level, input, (inputs, input_planes));
            let grads = &grad_output[output_numbers];
            outputs.for_each_band(output_planes, grid.columns(), &|band| {
                transforms.run(level, Task::GradOutput { grads, band });
            });

            // Row 1 of A is all ones: plane (1, 1) has the sums of the tiles.
            let sums = &output_planes[(grid.points + 1) * outputs.plane_stride()..];
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
            for_each_chunk_pair(
                (&mut *input_planes, inputs.plane_stride()),
                (&mut *grad_kernel_planes, kernels.plane_stride()),
                &|plane, input, grad_kernel| {
                    let kernel = chunk(kernel_planes, kernels.plane_stride(), plane);
                    let grad_output = chunk(output_planes, output_len, plane);
                    let next = chunk(output_planes, output_len, plane + 1);
                    products.of_plane(level, input, (grad_output, next), kernel, grad_kernel);
                },
            );

            if let Some(grad_input) = grad_input.as_deref_mut() {
                let (planes, activation) = ((inputs, &*input_planes), saved.input_activation);
                let count = grid.tiles_per_image();
                for_each_chunk(&mut grad_input[input_numbers], input_len, &|image, grad_image| {
                    let tiles = image * count..(image + 1) * count;
                    let image = chunk(input, input_len, image);
                    transforms.run(
                        level,
                        Task::GradInput { planes, tiles, activation, image, grad_image },
                    );
                });
            }
        }

        let planes = (kernels, &*grad_kernel_planes);
        let kernel_len = grid.kernel_map().len();
        for_each_chunk(grad_weight, kernel_len, &|out_channel, grad_kernel| {
            transforms.run(level, Task::GradKernel { planes, out_channel, grad_kernel });
        });
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
