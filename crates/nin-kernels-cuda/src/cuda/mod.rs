//! An NVIDIA card. Its driver, cuBLAS and cuDNN are looked for when a card is asked
//! for, not when a program starts.

mod cublas;
mod cudnn;
mod driver;

use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex};

use cudarc::driver::result;
use nin_kernels::Precision;

use crate::conv2d::Library;
use crate::gemm::Gemm;
use crate::{Buffer, Device, DeviceError, Grid, Product};
use cublas::Cublas;
use cudnn::Cudnn;
use driver::Card;

/// An NVIDIA card by number.
pub struct Cuda {
    card: Arc<Card>,
    cublas: Cublas,
    /// Both rounding rules of its products; `None` without the library.
    cudnn: Option<[Cudnn; 2]>,
    /// The factors of a product, rounded.
    halves: Mutex<[Buffer<u16, Self>; 2]>,
}

/// Memory of a card.
pub struct Memory {
    card: Arc<Card>,
    address: u64,
    bytes: usize,
}

impl Memory {
    fn new(card: &Arc<Card>, bytes: usize) -> Result<Self, DeviceError> {
        card.bind()?;
        // SAFETY: the context is the current one. What the memory holds is written
        // before it is read, as the users of `Device` are told.
        let address = unsafe { result::malloc_sync(bytes.max(1)) }.map_err(|error| {
            let mebibytes = bytes.div_ceil(1 << 20);
            let what = format!("the card has no {mebibytes} MiB left: take a smaller batch_size");
            DeviceError::new(what, error)
        })?;
        Ok(Self { card: Arc::clone(card), address, bytes })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // An error here is one of a kernel before, which `download` has told or will.
        if self.card.bind().is_ok() {
            // SAFETY: the memory was allocated by the card and is freed once.
            let _ = unsafe { result::free_sync(self.address) };
        }
    }
}

/// A size as NVIDIA's libraries take it.
///
/// # Panics
///
/// If it is too large for them.
fn int(size: usize) -> c_int {
    c_int::try_from(size).expect("a batch of fewer than 2³¹ rows")
}

impl Cuda {
    /// The card with this number, from 0.
    ///
    /// # Errors
    ///
    /// No driver, no such card, a card that is too old for the kernels, or no cuBLAS;
    /// each with what can be done about it.
    pub fn new(ordinal: usize) -> Result<Self, DeviceError> {
        let card = Arc::new(Card::new(ordinal)?);
        let cublas = Cublas::new()?;
        let cudnn = Cudnn::pair(&card)?;
        Ok(Self { card, cublas, cudnn, halves: Mutex::default() })
    }

    /// Its name, as the driver has it: `NVIDIA H100 80GB HBM3`.
    pub fn name(&self) -> &str {
        &self.card.name
    }

    /// Whether convolutions go through cuDNN.
    pub fn has_cudnn(&self) -> bool {
        self.cudnn.is_some()
    }
}

// SAFETY: memory of the driver stays where it is until it is freed, and is valid in
// the card's context, in which all kernels run. Everything is asked for in the
// default stream, where one thing is done after the other.
unsafe impl Device for Cuda {
    type Memory = Memory;

    /// Over 30 for each multiprocessor of the largest cards.
    const MAX_BLOCKS: u32 = 1 << 14;

    fn allocate(&self, bytes: usize) -> Result<Memory, DeviceError> {
        Memory::new(&self.card, bytes)
    }

    fn address(memory: &Memory) -> u64 {
        memory.address
    }

    fn upload(&self, bytes: &[u8], memory: &mut Memory) -> Result<(), DeviceError> {
        assert!(bytes.len() <= memory.bytes, "{} bytes of {}", bytes.len(), memory.bytes);
        self.card.bind()?;
        // SAFETY: the memory is large enough, and the call returns when `bytes` has been
        // read.
        unsafe { result::memcpy_htod_sync(memory.address, bytes) }
            .map_err(|error| DeviceError::new("cannot copy to the card", error))
    }

    fn download(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), DeviceError> {
        assert!(bytes.len() <= memory.bytes, "{} bytes of {}", bytes.len(), memory.bytes);
        self.card.bind()?;
        // SAFETY: the memory is large enough, and the call returns when all is done.
        unsafe { result::memcpy_dtoh_sync(bytes, memory.address) }
            .map_err(|error| DeviceError::new("cannot copy from the card", error))
    }

    unsafe fn launch(
        &self,
        kernel: &'static str,
        grid: Grid,
        arguments: &mut [*mut c_void],
    ) -> Result<(), DeviceError> {
        self.card.bind()?;
        // SAFETY: the caller's promise.
        unsafe { self.card.launch(kernel, grid, arguments) }
    }

    fn multiply(
        &self,
        precision: Precision,
        product: Product<'_, Self>,
    ) -> Result<(), DeviceError> {
        let gemm = Gemm::new(&product);
        self.card.bind()?;
        if precision != Precision::Bf16 {
            let addresses = [product.rhs, product.lhs].map(|factor| factor.address);
            return self.cublas.multiply(precision, gemm, addresses, product.output.address);
        }
        let mut halves = self.halves.lock().expect("no product has panicked");
        let mut addresses = [0; 2];
        let factors = [product.rhs, product.lhs].into_iter().zip(&mut *halves);
        for ((factor, room), address) in factors.zip(&mut addresses) {
            room.grow(self, factor.len())?;
            crate::bfloat16::round(self, factor, room.view_mut(factor.len()))?;
            *address = room.view(factor.len()).address;
        }
        self.cublas.multiply(precision, gemm, addresses, product.output.address)
    }

    fn convolutions(&self, precision: Precision) -> Option<&dyn Library<Self>> {
        let [full, short] = self.cudnn.as_ref()?;
        match precision {
            Precision::F32 => Some(full),
            Precision::Tf32 => Some(short),
            // Its tensors would have to be of halves, outputs included.
            Precision::Bf16 => None,
        }
    }
}
