//! The convolution's forward pass.

use std::ops::Range;

use rayon::prelude::*;

use super::{Conv2dShape, patches};
use crate::Activation;
use crate::gemm::{Matrix, Store, multiply};

/// Computes `output = activation(input ∗ weight + bias)`.
///
/// # Shapes
///
/// `input` `[N, H, W, I]`, `weight` `[O, k, k, I]`, `bias` `[O]`,
/// `output` `[N, H', W', O]`, `scratch` at least
/// [`Conv2dShape::forward_scratch_len`]. What `output` and `scratch` held
/// before does not matter.
///
/// # Panics
///
/// If a slice's length does not fit the shape.
pub fn forward(
    shape: &Conv2dShape,
    activation: Activation,
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
    output: &mut [f32],
    scratch: &mut [f32],
) {
    assert_eq!(input.len(), shape.input_len(), "input");
    assert_eq!(weight.len(), shape.weight_len(), "weight");
    assert_eq!(bias.len(), shape.out_channels, "bias");
    assert_eq!(output.len(), shape.output_len(), "output");
    let scratch = &mut scratch[..shape.forward_scratch_len()];

    let images = shape.images_per_part();
    let weight = Matrix::row_major(weight, shape.out_channels, shape.patch_len()).transposed();
    (
        input.par_chunks(images * shape.image_len()),
        output.par_chunks_mut(images * shape.pixels() * shape.out_channels),
        scratch.par_chunks_mut(shape.tile_len().max(1)),
    )
        .into_par_iter()
        .for_each(|(input, output, patches)| {
            for pixels in tiles(shape, output.len() / shape.out_channels) {
                let output =
                    &mut output[pixels.start * shape.out_channels..pixels.end * shape.out_channels];
                let lhs = patch_matrix(shape, input, pixels, patches);
                multiply(output, lhs, weight, Store::Overwrite);
                for pixel in output.chunks_exact_mut(shape.out_channels) {
                    for (value, bias) in pixel.iter_mut().zip(bias) {
                        *value = activation.apply(*value + bias);
                    }
                }
            }
        });
}

/// Cuts a part's output pixels into tiles.
pub(super) fn tiles(shape: &Conv2dShape, pixels: usize) -> impl Iterator<Item = Range<usize>> {
    let rows = shape.tile_rows();
    (0..pixels).step_by(rows).map(move |start| start..(start + rows).min(pixels))
}

/// The patches of a tile: the input itself where it can serve, else gathered
/// into `scratch`.
pub(super) fn patch_matrix<'a>(
    shape: &Conv2dShape,
    input: &'a [f32],
    pixels: Range<usize>,
    scratch: &'a mut [f32],
) -> Matrix<'a> {
    let (rows, columns) = (pixels.len(), shape.patch_len());
    let patches = if shape.is_pointwise() {
        &input[pixels.start * columns..pixels.end * columns]
    } else {
        let patches = &mut scratch[..rows * columns];
        patches::gather(shape, input, pixels, patches);
        patches
    };
    Matrix::row_major(patches, rows, columns)
}
