//! The transforms of tiles, from and to maps.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::grid::Grid;
use super::map::MapShape;
use super::planes::{Band, PlaneShape};
use super::points::Matrices;
use super::transform::{Square, analyse, synthesise};
use crate::conv2d::Conv2dShape;
use crate::simd::load;
use crate::{Activation, SimdLevel};

/// Kernels transformed by a task.
const KERNELS_PER_TASK: usize = 8;

/// The transforms of an algorithm over a grid.
///
/// What is parallel calls them by a pointer: it is compiled once, and not for
/// each algorithm and level.
#[derive(Clone, Copy)]
pub(super) struct Transforms {
    pub(super) grid: Grid,
    run: fn(SimdLevel, Grid, Task<'_>),
}

/// A part of a transform, with what it reads and writes.
pub(super) enum Task<'a> {
    /// Tiles of `images` to a band.
    Input { images: &'a [f32], band: Band<'a> },
    /// Kernels of `weight` to a band.
    Kernel { weight: &'a [f32], band: Band<'a> },
    /// The tiles of one row of an image to its `pixels`.
    Output {
        planes: (PlaneShape, &'a [f32]),
        tiles: Range<usize>,
        bias: &'a [f32],
        activation: Activation,
        pixels: &'a mut [f32],
    },
    /// Tiles of the gradient by the output to a band.
    GradOutput { grads: &'a [f32], band: Band<'a> },
    /// The tiles of an image to the gradient by what it was before `activation`.
    GradInput {
        planes: (PlaneShape, &'a [f32]),
        tiles: Range<usize>,
        activation: Activation,
        image: &'a [f32],
        grad_image: &'a mut [f32],
    },
    /// The gradient by the kernel of an output channel.
    GradKernel { planes: (PlaneShape, &'a [f32]), out_channel: usize, grad_kernel: &'a mut [f32] },
}

impl Transforms {
    pub(super) fn new<A, const M: usize, const R: usize, const P: usize>(
        shape: Conv2dShape,
        _: A,
    ) -> Self
    where
        A: Matrices<M, R, P>,
    {
        let run = |level: SimdLevel, grid, task: Task<'_>| {
            level.run(Run { tiles: Tiles::<A, M, R, P> { grid, algorithm: PhantomData }, task });
        };
        Self { grid: Grid::new(shape, M, P), run }
    }

    /// Runs a task on this thread.
    pub(super) fn run(&self, level: SimdLevel, task: Task<'_>) {
        (self.run)(level, self.grid, task);
    }

    /// All input tiles of some images to planes, on all threads.
    pub(super) fn all_inputs(
        &self,
        level: SimdLevel,
        images: &[f32],
        (shape, planes): (PlaneShape, &mut [f32]),
    ) {
        shape.for_each_band(planes, self.grid.columns(), &|band| {
            self.run(level, Task::Input { images, band });
        });
    }

    /// All kernels to the planes of [`Grid::kernels`], on all threads.
    pub(super) fn all_kernels(&self, level: SimdLevel, weight: &[f32], planes: &mut [f32]) {
        self.grid.kernels().for_each_band(planes, KERNELS_PER_TASK, &|band| {
            self.run(level, Task::Kernel { weight, band });
        });
    }
}

/// A task of an algorithm.
struct Run<'a, A, const M: usize, const R: usize, const P: usize> {
    tiles: Tiles<A, M, R, P>,
    task: Task<'a>,
}

impl<A, const M: usize, const R: usize, const P: usize> WithSimd for Run<'_, A, M, R, P>
where
    A: Matrices<M, R, P>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tiles = self.tiles;
        match self.task {
            Task::Input { images, band } => tiles.input(simd, images, band),
            Task::Kernel { weight, band } => tiles.kernels(simd, weight, band),
            Task::Output { planes, tiles: row, bias, activation, pixels } => {
                tiles.output(simd, planes, row, (bias, activation), pixels);
            }
            Task::GradOutput { grads, band } => tiles.grad_output(simd, grads, band),
            Task::GradInput { planes, tiles: all, activation, image, grad_image } => {
                tiles.grad_input(simd, planes, all, grad_image);
                activation.backward_each(image, grad_image);
            }
            Task::GradKernel { planes, out_channel, grad_kernel } => {
                tiles.grad_kernel(simd, planes, out_channel, grad_kernel);
            }
        }
    }
}

/// The transforms of an algorithm over a grid.
#[derive(Clone, Copy)]
struct Tiles<A, const M: usize, const R: usize, const P: usize> {
    grid: Grid,
    algorithm: PhantomData<A>,
}

impl<A: Matrices<M, R, P>, const M: usize, const R: usize, const P: usize> Tiles<A, M, R, P> {
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
    fn output<S: Simd>(
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
    fn grad_output<S: Simd>(self, simd: S, grads: &[f32], mut band: Band<'_>) {
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
    fn grad_input<S: Simd>(
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
        let map = self.grid.kernel_map();
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
    fn grad_kernel<S: Simd>(
        self,
        simd: S,
        (shape, planes): (PlaneShape, &[f32]),
        out_channel: usize,
        grad_kernel: &mut [f32],
    ) {
        let map = self.grid.kernel_map();
        let overlap = map.overlap(R, [0, 0]);
        for channel in (0..map.channels).step_by(S::F32_LANES) {
            let grad = synthesise(simd, &A::KERNEL, shape.column(planes, out_channel, channel));
            overlap.store(simd, grad_kernel, channel, &grad);
        }
    }
}
