//! The convolution's gradients.

use rayon::prelude::*;

use super::forward::{patch_matrix, tiles};
use super::{Conv2dShape, patches};
use crate::Activation;
use crate::gemm::{Matrix, Store, multiply};

/// What the gradients are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Saved<'a> {
    /// The input of the forward pass, `[N, H, W, I]`.
    pub input: &'a [f32],
    /// The weight, `[O, k, k, I]`.
    pub weight: &'a [f32],
    /// The output of the forward pass, `[N, H', W', O]`: its zeros are where
    /// the ReLU lets no gradient through. Not read without an activation.
    pub output: &'a [f32],
}

/// Where the gradients go. All are overwritten.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// Gradient by the input, `[N, H, W, I]`; `None` where nobody needs it,
    /// as in a network's first layer.
    pub input: Option<&'a mut [f32]>,
    /// Gradient by the weight, `[O, k, k, I]`.
    pub weight: &'a mut [f32],
    /// Gradient by the bias, `[O]`.
    pub bias: &'a mut [f32],
}

/// Computes the gradients of a convolution from the gradient by its output.
///
/// # Shapes
///
/// `grad_output` `[N, H', W', O]`, changed in place into the gradient before
/// the activation; `scratch` at least [`Conv2dShape::backward_scratch_len`].
///
/// # Gradient
///
/// With δ the gradient before the activation (0 wherever the output is 0) and
/// patch(p) the input numbers under output pixel p:
/// grad_weight = Σₚ δₚ · patch(p)ᵀ, grad_bias = Σₚ δₚ, and grad_input adds
/// weightᵀ·δₚ to the places that patch(p) came from. Sums over the batch run
/// over a fixed partition in order, whatever the number of threads.
///
/// # Panics
///
/// If a slice's length does not fit the shape.
pub fn backward(
    shape: &Conv2dShape,
    activation: Activation,
    saved: Saved<'_>,
    grad_output: &mut [f32],
    gradients: Gradients<'_>,
    scratch: &mut [f32],
) {
    assert_eq!(saved.input.len(), shape.input_len(), "input");
    assert_eq!(saved.weight.len(), shape.weight_len(), "weight");
    assert_eq!(grad_output.len(), shape.output_len(), "grad_output");
    assert_eq!(gradients.weight.len(), shape.weight_len(), "grad_weight");
    assert_eq!(gradients.bias.len(), shape.out_channels, "grad_bias");
    let scratch = &mut scratch[..shape.backward_scratch_len()];

    let images = shape.images_per_part();
    let output_part_len = images * shape.pixels() * shape.out_channels;
    if activation != Activation::None {
        assert_eq!(saved.output.len(), shape.output_len(), "output");
        (grad_output.par_chunks_mut(output_part_len), saved.output.par_chunks(output_part_len))
            .into_par_iter()
            .for_each(|(grad_output, output)| {
                for (grad, &output) in grad_output.iter_mut().zip(output) {
                    *grad = activation.backward(output, *grad);
                }
            });
    }
    let parts = (
        saved.input.par_chunks(images * shape.image_len()),
        grad_output.par_chunks(output_part_len),
        scratch.par_chunks_mut(shape.backward_part_scratch_len()),
    );
    match gradients.input {
        Some(grad_input) => {
            assert_eq!(grad_input.len(), shape.input_len(), "grad_input");
            (parts.0, parts.1, parts.2, grad_input.par_chunks_mut(images * shape.image_len()))
                .into_par_iter()
                .for_each(|(input, grad_output, scratch, grad_input)| {
                    Part { shape, weight: saved.weight, input, grad_output }
                        .backward(Some(grad_input), scratch);
                });
        }
        None => parts.into_par_iter().for_each(|(input, grad_output, scratch)| {
            Part { shape, weight: saved.weight, input, grad_output }.backward(None, scratch);
        }),
    }
    add_parts(shape, scratch, gradients.weight, gradients.bias);
}

/// One part of the batch.
struct Part<'a> {
    shape: &'a Conv2dShape,
    weight: &'a [f32],
    input: &'a [f32],
    grad_output: &'a [f32],
}

impl Part<'_> {
    /// Leaves the part's gradients by weight and bias at the front of `scratch`.
    fn backward(&self, mut grad_input: Option<&mut [f32]>, scratch: &mut [f32]) {
        let Self { shape, weight, input, grad_output } = *self;
        let (out_channels, patch_len) = (shape.out_channels, shape.patch_len());
        let (grad_weight, scratch) = scratch.split_at_mut(shape.weight_len());
        let (grad_bias, patches) = scratch.split_at_mut(out_channels);
        grad_weight.fill(0.0);
        grad_bias.fill(0.0);
        if let Some(grad_input) = grad_input.as_deref_mut()
            && !shape.is_pointwise()
        {
            grad_input.fill(0.0);
        }
        let weight = Matrix::row_major(weight, out_channels, patch_len);
        for pixels in tiles(shape, grad_output.len() / out_channels) {
            let grad_output = &grad_output[pixels.start * out_channels..pixels.end * out_channels];
            for pixel in grad_output.chunks_exact(out_channels) {
                for (sum, grad) in grad_bias.iter_mut().zip(pixel) {
                    *sum += grad;
                }
            }
            let grad_output = Matrix::row_major(grad_output, pixels.len(), out_channels);
            let inputs = patch_matrix(shape, input, pixels.clone(), patches);
            multiply(grad_weight, grad_output.transposed(), inputs, Store::Add);

            let Some(grad_input) = grad_input.as_deref_mut() else {
                continue;
            };
            if shape.is_pointwise() {
                let grad_input = &mut grad_input[pixels.start * patch_len..pixels.end * patch_len];
                multiply(grad_input, grad_output, weight, Store::Overwrite);
            } else {
                let grad_patches = &mut patches[..pixels.len() * patch_len];
                multiply(grad_patches, grad_output, weight, Store::Overwrite);
                patches::scatter_add(shape, grad_patches, pixels, grad_input);
            }
        }
    }
}

/// Adds the parts' gradients in order.
fn add_parts(shape: &Conv2dShape, scratch: &[f32], grad_weight: &mut [f32], grad_bias: &mut [f32]) {
    /// Small enough to share among threads, large enough to be worth a task.
    const BLOCK: usize = 16 * 1024;
    let part_len = shape.backward_part_scratch_len();
    grad_weight.par_chunks_mut(BLOCK).enumerate().for_each(|(block, sum)| {
        sum.fill(0.0);
        for part in scratch.chunks_exact(part_len) {
            for (sum, grad) in sum.iter_mut().zip(&part[block * BLOCK..shape.weight_len()]) {
                *sum += grad;
            }
        }
    });
    grad_bias.fill(0.0);
    for part in scratch.chunks_exact(part_len) {
        for (sum, grad) in grad_bias.iter_mut().zip(&part[shape.weight_len()..]) {
            *sum += grad;
        }
    }
}
