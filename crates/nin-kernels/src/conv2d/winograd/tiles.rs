//! The transforms of tiles, from and to maps.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::Simd;
use rayon::prelude::*;

use super::grid::Grid;
use super::map::MapShape;
use super::planes::{Band, PlaneShape};
use super::points::Matrices;
use super::transform::{Square, analyse, synthesise};
use crate::Activation;
use crate::conv2d::Conv2dShape;
use crate::simd::load;

/// Kernels transformed by a task.
const KERNELS_PER_TASK: usize = 8;

/// The transforms of an algorithm over a grid.
#[derive(Clone, Copy)]
pub(super) struct Tiles<A, const M: usize, const R: usize, const P: usize> {
    pub(super) grid: Grid,
    algorithm: PhantomData<A>,
}

impl<A: Matrices<M, R, P>, const M: usize, const R: usize, const P: usize> Tiles<A, M, R, P> {
    pub(super) fn new(shape: Conv2dShape, _: A) -> Self {
        Self { grid: Grid::new(shape, M, P), algorithm: PhantomData }
    }

    /// All input tiles of some images to planes, on all threads.
    #[inline(always)]
    pub(super) fn all_inputs<S: Simd>(
        self,
        simd: S,
        images: &[f32],
        (shape, planes): (PlaneShape, &mut [f32]),
    ) {
        shape.par_bands(planes, self.grid.columns()).for_each(|band| {
            simd.vectorize(
                #[inline(always)]
                || self.input(simd, images, band),
            );
        });
    }

    /// All kernels to the planes of [`Grid::kernels`], on all threads.
    #[inline(always)]
    pub(super) fn all_kernels<S: Simd>(self, simd: S, weight: &[f32], planes: &mut [f32]) {
        self.grid.kernels().par_bands(planes, KERNELS_PER_TASK).for_each(|band| {
            simd.vectorize(
                #[inline(always)]
                || self.kernels(simd, weight, band),
            );
        });
    }

    /// Input tiles to planes: Bᵀ · d · B.
    #[inline(always)]
    fn input<S: Simd>(self, simd: S, images: &[f32], mut band: Band<'_>) {
        let map = self.grid.input_map();
        for row in 0..band.rows() {
            let (image, pixel) = self.grid.place(band.first() + row);
            let image = &images[image * map.len()..][..map.len()];
            let overlap = map.overlap(P, self.grid.input_pixel(pixel));
            let mut tile = Square::<S::f32s, P>::zeros(simd);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                overlap.load(simd, image, channel, &mut tile);
                analyse(simd, &A::INPUT, &tile, band.column(row, channel));
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
        pixels: &mut [f32],
    ) {
        let height = pixels.len() / self.grid.output_row_len();
        let map = MapShape { height, ..self.grid.output_map() };
        for tile in tiles {
            let (_, [_, left]) = self.grid.place(tile);
            let overlap = map.overlap(M, [0, left]);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let mut y = synthesise(simd, &A::OUTPUT, shape.column(planes, tile, channel));
                let bias = load(simd, &bias[channel..]);
                for row in 0..M {
                    for column in 0..M {
                        let y = &mut y.0[row][column];
                        *y = activation.apply_vector(simd, simd.add_f32s(*y, bias));
                    }
                }
                overlap.store(simd, pixels, channel, &y);
            }
        }
    }

    /// The gradient by the output to planes: A · δ · Aᵀ.
    #[inline(always)]
    pub(super) fn grad_output<S: Simd>(self, simd: S, grads: &[f32], mut band: Band<'_>) {
        let map = self.grid.output_map();
        for row in 0..band.rows() {
            let (image, corner) = self.grid.place(band.first() + row);
            let image = &grads[image * map.len()..][..map.len()];
            let overlap = map.overlap(M, corner);
            let mut tile = Square::<S::f32s, M>::zeros(simd);
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                overlap.load(simd, image, channel, &mut tile);
                analyse(simd, &A::OUTPUT, &tile, band.column(row, channel));
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
            let overlap = map.overlap(P, self.grid.input_pixel(self.grid.place(tile).1));
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                let grad = synthesise(simd, &A::INPUT, shape.column(planes, tile, channel));
                overlap.add(simd, image, channel, &grad);
            }
        }
    }

    /// Kernels to planes: G · g · Gᵀ.
    #[inline(always)]
    fn kernels<S: Simd>(self, simd: S, weight: &[f32], mut band: Band<'_>) {
        let map = self.kernel_map();
        let (overlap, mut tile) = (map.overlap(R, [0, 0]), Square::<S::f32s, R>::zeros(simd));
        for row in 0..band.rows() {
            let kernel = &weight[(band.first() + row) * map.len()..][..map.len()];
            for channel in (0..map.channels).step_by(S::F32_LANES) {
                overlap.load(simd, kernel, channel, &mut tile);
                analyse(simd, &A::KERNEL, &tile, band.column(row, channel));
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
        let overlap = map.overlap(R, [0, 0]);
        for channel in (0..map.channels).step_by(S::F32_LANES) {
            let grad = synthesise(simd, &A::KERNEL, shape.column(planes, out_channel, channel));
            overlap.store(simd, grad_kernel, channel, &grad);
        }
    }

    /// The kernel of one output channel as a map of its input channels.
    fn kernel_map(&self) -> MapShape {
        MapShape { height: R, width: R, channels: self.grid.shape.in_channels }
    }
}
