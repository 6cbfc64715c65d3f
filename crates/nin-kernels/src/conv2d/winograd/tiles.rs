//! The transforms of tiles, from and to maps.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::Simd;

use super::grid::Grid;
use super::map::MapShape;
use super::planes::{Band, PlaneShape};
use super::points::Algorithm;
use super::transform::{Square, analyse, synthesise};
use crate::Activation;
use crate::conv2d::Conv2dShape;
use crate::simd::{load, load_add, store};

/// The transforms of an algorithm over a grid.
#[derive(Clone, Copy)]
pub(super) struct Tiles<A, const M: usize, const R: usize, const P: usize> {
    pub(super) grid: Grid,
    algorithm: PhantomData<A>,
}

impl<A: Algorithm<M, R, P>, const M: usize, const R: usize, const P: usize> Tiles<A, M, R, P> {
    pub(super) fn new(shape: Conv2dShape, _: A) -> Self {
        Self { grid: Grid::new(shape, M, P), algorithm: PhantomData }
    }

    /// Input tiles to planes: Bᵀ · d · B.
    #[inline(always)]
    pub(super) fn input<S: Simd>(self, simd: S, images: &[f32], mut band: Band<'_>) {
        let map = self.grid.input_map();
        for row in 0..band.rows {
            let (image, pixel) = self.grid.place(band.first + row);
            let image = &images[image * map.len()..][..map.len()];
            let corner = self.grid.input_pixel(pixel);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let tile = map.load(simd, image, corner, channel);
                band.store::<S, P>(row, channel, &analyse(simd, &A::INPUT, &tile));
            }
        }
    }

    /// Planes to one row of an image's tiles, with bias and activation:
    /// Aᵀ · z · A.
    #[inline(always)]
    pub(super) fn output<S: Simd>(
        self,
        simd: S,
        (shape, planes): (PlaneShape, &[f32]),
        tiles: Range<usize>,
        (bias, activation): (&[f32], Activation),
        image: &mut [f32],
    ) {
        let map =
            MapShape { height: image.len() / self.grid.output_row_len(), ..self.grid.output_map() };
        for tile in tiles {
            let (_, [_, left]) = self.grid.place(tile);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let bias = load(simd, &bias[channel..]);
                let z = shape.load(simd, planes, tile, channel);
                let y = synthesise(simd, &A::OUTPUT, &z);
                map.for_each::<S, M>(
                    image,
                    [0, left],
                    channel,
                    &y,
                    #[inline(always)]
                    |pixel, y| {
                        store(simd, pixel, activation.apply_vector(simd, simd.add_f32s(y, bias)));
                    },
                );
            }
        }
    }

    /// The gradient by the output, before the activation, to planes: A · δ · Aᵀ.
    #[inline(always)]
    pub(super) fn grad_output<S: Simd>(
        self,
        simd: S,
        activation: Activation,
        (outputs, grads): (&[f32], &[f32]),
        mut band: Band<'_>,
    ) {
        let map = self.grid.output_map();
        for row in 0..band.rows {
            let (image, corner) = self.grid.place(band.first + row);
            let numbers = image * map.len()..(image + 1) * map.len();
            let (output, grad) = (&outputs[numbers.clone()], &grads[numbers]);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let mut delta: Square<S::f32s, M> = map.load(simd, grad, corner, channel);
                if activation != Activation::None {
                    let output: Square<S::f32s, M> = map.load(simd, output, corner, channel);
                    for y in 0..M {
                        for x in 0..M {
                            let delta = &mut delta.0[y][x];
                            *delta = activation.backward_vector(simd, output.0[y][x], *delta);
                        }
                    }
                }
                band.store::<S, P>(row, channel, &analyse(simd, &A::OUTPUT, &delta));
            }
        }
    }

    /// Planes to the gradient by one input image: tiles overlap and add up,
    /// B · z · Bᵀ.
    #[inline(always)]
    pub(super) fn grad_input<S: Simd>(
        self,
        simd: S,
        (shape, planes): (PlaneShape, &[f32]),
        tiles: Range<usize>,
        image: &mut [f32],
    ) {
        let map = self.grid.input_map();
        image.fill(0.0);
        for tile in tiles {
            let corner = self.grid.input_pixel(self.grid.place(tile).1);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let z = shape.load(simd, planes, tile, channel);
                let grad = synthesise(simd, &A::INPUT, &z);
                map.for_each::<S, P>(
                    image,
                    corner,
                    channel,
                    &grad,
                    #[inline(always)]
                    |pixel, grad| load_add(simd, pixel, grad),
                );
            }
        }
    }

    /// Kernels to planes: G · g · Gᵀ.
    #[inline(always)]
    pub(super) fn kernels<S: Simd>(self, simd: S, weight: &[f32], mut band: Band<'_>) {
        let map = self.kernel_map();
        for row in 0..band.rows {
            let kernel = &weight[(band.first + row) * map.len()..][..map.len()];
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let tile = map.load(simd, kernel, [0, 0], channel);
                band.store::<S, P>(row, channel, &analyse(simd, &A::KERNEL, &tile));
            }
        }
    }

    /// Planes to the gradient by the kernel of one output channel: Gᵀ · z · G.
    #[inline(always)]
    pub(super) fn grad_kernel<S: Simd>(
        self,
        simd: S,
        (shape, planes): (PlaneShape, &[f32]),
        out_channel: usize,
        grad_kernel: &mut [f32],
    ) {
        let map = self.kernel_map();
        for channel in (0..map.channels).step_by(S::F32_LANES) {
            let z = shape.load(simd, planes, out_channel, channel);
            let grad = synthesise(simd, &A::KERNEL, &z);
            map.for_each::<S, R>(
                grad_kernel,
                [0, 0],
                channel,
                &grad,
                #[inline(always)]
                |weights, grad| store(simd, weights, grad),
            );
        }
    }

    /// The kernel of one output channel as a map of its input channels.
    fn kernel_map(&self) -> MapShape {
        MapShape { height: R, width: R, channels: self.grid.shape.in_channels }
    }
}
