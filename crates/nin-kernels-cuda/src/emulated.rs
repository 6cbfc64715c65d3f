//! A device that plays the kernels on the CPU, from their own source.

use std::ffi::{CString, c_char, c_int, c_uint, c_void};

use nin_kernels::Precision;

use crate::gemm::Gemm;
use crate::{Buffer, Device, DeviceError, Grid, Product, View, bfloat16};

unsafe extern "C" {
    fn nin_emulate(
        name: *const c_char,
        blocks: *const c_uint,
        threads: *const c_uint,
        arguments: *mut *mut c_void,
        falling: c_int,
    ) -> c_int;
}

/// In which order blocks, and the threads of a block, have their turns. A result
/// that depends on it is a race.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// From the first one on.
    #[default]
    Rising,
    /// From the last one back.
    Falling,
}

/// Kernels on the CPU, one thread at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Emulated(pub Turn);

/// Memory of the CPU: poisoned, with poison behind it, which must still be there
/// when it is dropped.
#[derive(Debug)]
pub struct Memory {
    words: Vec<u64>,
    bytes: usize,
}

/// A NaN in f32 and in f64, and no index of anything.
const POISON: u8 = 0xff;

/// Poisoned words behind each piece of memory.
const GUARD: usize = 16;

impl Memory {
    fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.bytes]
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let all: &[u8] = bytemuck::cast_slice(&self.words);
        let is_whole = all[self.bytes..].iter().all(|&byte| byte == POISON);
        if !std::thread::panicking() {
            assert!(is_whole, "a kernel wrote behind {} bytes", self.bytes);
        }
    }
}

// SAFETY: a vector's numbers stay where they are while it lives and does not
// grow, and the kernels run on the CPU.
unsafe impl Device for Emulated {
    type Memory = Memory;

    /// Few, so that the kernels' loops over elements go round.
    const MAX_BLOCKS: u32 = 3;

    fn allocate(&self, bytes: usize) -> Result<Memory, DeviceError> {
        let poison = u64::from_ne_bytes([POISON; 8]);
        Ok(Memory { words: vec![poison; bytes.div_ceil(8) + GUARD], bytes })
    }

    fn address(memory: &Memory) -> u64 {
        memory.words.as_ptr().expose_provenance() as u64
    }

    fn upload(&self, bytes: &[u8], memory: &mut Memory) -> Result<(), DeviceError> {
        assert!(bytes.len() <= memory.bytes, "{} bytes of {}", bytes.len(), memory.bytes);
        bytemuck::cast_slice_mut(&mut memory.words)[..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn download(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), DeviceError> {
        bytes.copy_from_slice(&memory.bytes()[..bytes.len()]);
        Ok(())
    }

    unsafe fn launch(
        &self,
        kernel: &'static str,
        grid: Grid,
        arguments: &mut [*mut c_void],
    ) -> Result<(), DeviceError> {
        let name = CString::new(kernel).expect("an identifier has no zero");
        let falling = c_int::from(self.0 == Turn::Falling);
        let (blocks, threads) = (grid.blocks.as_ptr(), grid.threads.as_ptr());
        // SAFETY: the caller's promise; both sizes have two numbers.
        let is_known =
            unsafe { nin_emulate(name.as_ptr(), blocks, threads, arguments.as_mut_ptr(), falling) };
        assert!(is_known == 1, "no kernel is called {kernel}");
        Ok(())
    }

    /// BLAS's `gemm`, with sums in f64.
    fn multiply(
        &self,
        precision: Precision,
        product: Product<'_, Self>,
    ) -> Result<(), DeviceError> {
        let gemm = Gemm::new(&product);
        let (a, b) = (self.numbers(precision, product.rhs)?, self.numbers(precision, product.lhs)?);
        // The rows of op(A) and the columns of op(B), each k numbers that lie together.
        let rows = if gemm.transposes_a { a } else { transposed(&a, gemm.lda) };
        let columns = if gemm.transposes_b { transposed(&b, gemm.ldb) } else { b };
        let address = product.output.address as usize;
        let c = std::ptr::with_exposed_provenance_mut::<f32>(address);
        // SAFETY: a view lies within memory of the CPU that lives as long, and is the
        // only one that writes to it.
        let c = unsafe { std::slice::from_raw_parts_mut(c, product.output.len()) };
        pulp::Arch::new().dispatch(Multiply { gemm, rows: &rows, columns: &columns, c });
        Ok(())
    }
}

impl Emulated {
    /// The numbers of a factor as they are multiplied.
    fn numbers(
        &self,
        precision: Precision,
        factor: View<'_, f32, Self>,
    ) -> Result<Vec<f32>, DeviceError> {
        if precision == Precision::Bf16 {
            let mut rounded = Buffer::new();
            rounded.grow(self, factor.len())?;
            bfloat16::round(self, factor, rounded.view_mut(factor.len()))?;
            let mut halves = vec![0_u16; factor.len()];
            rounded.download(self, &mut halves)?;
            return Ok(halves.iter().map(|&half| f32::from_bits(u32::from(half) << 16)).collect());
        }
        let numbers = std::ptr::with_exposed_provenance::<f32>(factor.address as usize);
        // SAFETY: a view lies within memory of the CPU that lives as long.
        Ok(unsafe { std::slice::from_raw_parts(numbers, factor.len()) }.to_vec())
    }
}

/// A column-major matrix of columns of `len` numbers, row after row.
fn transposed(numbers: &[f32], len: usize) -> Vec<f32> {
    (0..len).flat_map(|row| numbers[row..].iter().step_by(len).copied()).collect()
}

/// The sums of [`Emulated::multiply`], by the vectors of this CPU. No step is fused:
/// all give the same bits.
struct Multiply<'a> {
    gemm: Gemm,
    rows: &'a [f32],
    columns: &'a [f32],
    c: &'a mut [f32],
}

impl pulp::WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        /// Numbers of the rows that meet all columns while they are near: 128 KiB.
        const NEAR: usize = 1 << 15;
        let Self { gemm, rows, columns, c } = self;
        let count = (NEAR / gemm.k).max(1);
        for (block, rows) in rows.chunks(count * gemm.k).enumerate() {
            for (column, c) in columns.chunks_exact(gemm.k).zip(c.chunks_exact_mut(gemm.ldc)) {
                for (row, c) in rows.chunks_exact(gemm.k).zip(&mut c[block * count..]) {
                    let sum = dot(row, column) as f32;
                    *c = if gemm.adds { *c + sum } else { sum };
                }
            }
        }
    }
}

/// Σ a · b in f64, in as many sums as hide the latency of an addition.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum += f64::from(a) * f64::from(b);
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}
