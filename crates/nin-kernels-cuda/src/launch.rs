//! Running kernels over elements.

use crate::pictures::RawFilter;
use crate::window::Window;
use crate::{Device, Grid, View, ViewMut};

/// Threads of a block over elements.
const THREADS: u32 = 256;

/// A thread an element, or one for several where those would be too many blocks.
pub(crate) fn over<D: Device>(_: &D, elements: usize) -> Grid {
    let blocks = elements.div_ceil(THREADS as usize).clamp(1, D::MAX_BLOCKS as usize);
    Grid { blocks: [blocks as u32, 1], threads: [THREADS, 1] }
}

/// A size as the kernels take it.
///
/// # Panics
///
/// If it is above that of `u32`.
pub(crate) fn size(size: usize) -> u32 {
    u32::try_from(size).expect("a picture, a window or a batch is not that large")
}

/// What a kernel can be given.
pub(crate) trait Parameter {
    /// What the kernel gets.
    type Raw: Copy;

    fn raw(&self) -> Self::Raw;
}

macro_rules! given_by_value {
    ($($type:ty),*) => {$(
        impl Parameter for $type {
            type Raw = Self;

            fn raw(&self) -> Self {
                *self
            }
        }
    )*};
}

given_by_value!(u32, u64, f32, f64, Window, RawFilter);

impl<T, D> Parameter for View<'_, T, D> {
    type Raw = u64;

    fn raw(&self) -> u64 {
        self.address
    }
}

impl<T, D> Parameter for ViewMut<'_, T, D> {
    type Raw = u64;

    fn raw(&self) -> u64 {
        self.address
    }
}

/// Null where there is none.
impl<T, D> Parameter for Option<ViewMut<'_, T, D>> {
    type Raw = u64;

    fn raw(&self) -> u64 {
        self.as_ref().map_or(0, Parameter::raw)
    }
}

/// Null where there is none.
impl<T, D> Parameter for Option<View<'_, T, D>> {
    type Raw = u64;

    fn raw(&self) -> u64 {
        self.as_ref().map_or(0, Parameter::raw)
    }
}

/// Runs a kernel with a grid and arguments. To be called in `unsafe`: the
/// arguments' types must be those of the kernel's parameters, and their lengths
/// checked.
macro_rules! launch {
    ($device:expr, $kernel:ident, $grid:expr, $($argument:expr),* $(,)?) => {
        $crate::Device::launch(
            $device,
            stringify!($kernel),
            $grid,
            &mut [$((&raw mut *&mut $crate::launch::Parameter::raw(&$argument)).cast()),*],
        )
    };
}

pub(crate) use launch;
