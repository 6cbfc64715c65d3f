//! A device: memory, kernels by name, and matrix products.

use std::error::Error;
use std::ffi::c_void;

use nin_kernels::Precision;

use crate::conv2d::Library;
use crate::{View, ViewMut};

/// How many blocks of how many threads a kernel is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Blocks along x and y.
    pub blocks: [u32; 2],
    /// Threads of a block along x and y.
    pub threads: [u32; 2],
}

/// Why a device cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct DeviceError {
    /// What could not be done.
    pub what: String,
    /// Why, in the words of driver or library.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl DeviceError {
    /// An error with its cause.
    pub fn new(what: impl Into<String>, source: impl Error + Send + Sync + 'static) -> Self {
        Self { what: what.into(), source: Some(Box::new(source)) }
    }
}

/// One matrix product, row-major: output = lhs · rhs.
pub struct Product<'a, D> {
    /// Rows of `lhs` and of the output.
    pub rows: usize,
    /// Columns of `rhs` and of the output.
    pub columns: usize,
    /// Columns of `lhs` and rows of `rhs`.
    pub depth: usize,
    /// rows × depth or, transposed, depth × rows.
    pub lhs: View<'a, f32, D>,
    /// How `lhs` is stored.
    pub lhs_order: Order,
    /// depth × columns or, transposed, columns × depth.
    pub rhs: View<'a, f32, D>,
    /// How `rhs` is stored.
    pub rhs_order: Order,
    /// rows × columns.
    pub output: ViewMut<'a, f32, D>,
    /// What becomes of what the output held.
    pub update: Update,
}

/// How a factor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Row after row.
    Plain,
    /// Column after column.
    Transposed,
}

/// What becomes of what an output held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It is replaced, whatever it was.
    Replace,
    /// The result is added to it.
    Add,
}

/// Memory and arithmetic of a device. What is asked for is done in the order of
/// the calls.
///
/// # Safety
///
/// Memory must stay at its address until it is dropped, and be valid for the
/// kernels that the device runs.
pub unsafe trait Device: Sized + Send + Sync + 'static {
    /// A piece of memory.
    type Memory: Send;

    /// Most blocks of a kernel over elements; the kernels' loops do the rest.
    const MAX_BLOCKS: u32;

    /// Memory of `bytes` bytes that may hold anything.
    ///
    /// # Errors
    ///
    /// Too little memory.
    fn allocate(&self, bytes: usize) -> Result<Self::Memory, DeviceError>;

    /// Where a piece of memory begins.
    fn address(memory: &Self::Memory) -> u64;

    /// Copies `bytes` to the front of `memory`.
    ///
    /// # Errors
    ///
    /// Of the driver.
    ///
    /// # Panics
    ///
    /// If `memory` is smaller.
    fn upload(&self, bytes: &[u8], memory: &mut Self::Memory) -> Result<(), DeviceError>;

    /// Copies the front of `memory` to `bytes`, once all that was asked for before
    /// is done.
    ///
    /// # Errors
    ///
    /// Of the driver, or of anything asked for before.
    ///
    /// # Panics
    ///
    /// If `memory` is smaller.
    fn download(&self, memory: &Self::Memory, bytes: &mut [u8]) -> Result<(), DeviceError>;

    /// Runs a kernel.
    ///
    /// # Errors
    ///
    /// Of the driver.
    ///
    /// # Safety
    ///
    /// `arguments` must point to the kernel's parameters in order, and the kernel
    /// must stay within the memory that they name.
    unsafe fn launch(
        &self,
        kernel: &'static str,
        grid: Grid,
        arguments: &mut [*mut c_void],
    ) -> Result<(), DeviceError>;

    /// Makes a matrix product.
    ///
    /// # Errors
    ///
    /// Of the library.
    ///
    /// # Panics
    ///
    /// If a length disagrees with the sizes.
    fn multiply(&self, precision: Precision, product: Product<'_, Self>)
    -> Result<(), DeviceError>;

    /// A library that convolves with products of this precision, where the device
    /// has one.
    fn convolutions(&self, _precision: Precision) -> Option<&dyn Library<Self>> {
        None
    }
}
