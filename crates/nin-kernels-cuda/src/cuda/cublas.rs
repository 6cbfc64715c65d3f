//! Matrix products by cuBLAS.

use std::ffi::c_void;

use cudarc::cublas::sys::cublasComputeType_t::{CUBLAS_COMPUTE_32F, CUBLAS_COMPUTE_32F_FAST_TF32};
use cudarc::cublas::sys::cublasGemmAlgo_t::CUBLAS_GEMM_DFALT;
use cudarc::cublas::sys::cublasOperation_t::{CUBLAS_OP_N, CUBLAS_OP_T};
use cudarc::cublas::sys::cudaDataType::{CUDA_R_16BF, CUDA_R_32F};
use cudarc::cublas::{result, sys};
use nin_kernels::Precision;

use super::int;
use crate::DeviceError;
use crate::gemm::Gemm;

/// cuBLAS on the context that was the current one when it was made.
pub(super) struct Cublas(sys::cublasHandle_t);

// SAFETY: cuBLAS may be called by any thread, with a handle of another one too.
unsafe impl Send for Cublas {}
// SAFETY: as above; of two calls at the same time, one waits.
unsafe impl Sync for Cublas {}

impl Drop for Cublas {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and destroyed once.
        let _ = unsafe { result::destroy_handle(self.0) };
    }
}

impl Cublas {
    pub(super) fn new() -> Result<Self, DeviceError> {
        // SAFETY: loads the library, whose start-up code is NVIDIA's.
        if !unsafe { sys::is_culib_present() } {
            let what = "cuBLAS is not found: put the folder of libcublas.so.12 or .13 (lib64 of \
                        the CUDA toolkit, or the wheel nvidia-cublas) on LD_LIBRARY_PATH";
            return Err(DeviceError { what: what.to_owned(), source: None });
        }
        let handle = result::create_handle();
        handle.map(Self).map_err(|error| DeviceError::new("cuBLAS does not start", error))
    }

    /// One product; `factors` are the addresses of A and B, for [`Precision::Bf16`]
    /// of halves.
    pub(super) fn multiply(
        &self,
        precision: Precision,
        gemm: Gemm,
        factors: [u64; 2],
        output: u64,
    ) -> Result<(), DeviceError> {
        let (kind, compute) = match precision {
            Precision::F32 => (CUDA_R_32F, CUBLAS_COMPUTE_32F),
            Precision::Tf32 => (CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32),
            Precision::Bf16 => (CUDA_R_16BF, CUBLAS_COMPUTE_32F),
        };
        let operation = |transposes| if transposes { CUBLAS_OP_T } else { CUBLAS_OP_N };
        let [a, b] = factors.map(|address| address as *const c_void);
        let (one, beta) = (1.0_f32, if gemm.adds { 1.0_f32 } else { 0.0 });
        // SAFETY: the lengths of all three are those of the sizes, and the numbers are
        // of the kind that is named.
        unsafe {
            result::gemm_ex(
                self.0,
                operation(gemm.transposes_a),
                operation(gemm.transposes_b),
                int(gemm.m),
                int(gemm.n),
                int(gemm.k),
                (&raw const one).cast(),
                a,
                kind,
                int(gemm.lda),
                b,
                kind,
                int(gemm.ldb),
                (&raw const beta).cast(),
                output as *mut c_void,
                CUDA_R_32F,
                int(gemm.ldc),
                compute,
                CUBLAS_GEMM_DFALT,
            )
        }
        .map_err(|error| DeviceError::new(format!("cuBLAS refuses a product of {gemm:?}"), error))
    }
}
