//! Convolutions by cuDNN, by those of its algorithms that always add in the same
//! order.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use cudarc::cudnn::sys::cudnnConvolutionBwdDataAlgo_t::CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
use cudarc::cudnn::sys::cudnnConvolutionBwdFilterAlgo_t::CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;
use cudarc::cudnn::sys::cudnnConvolutionFwdAlgo_t::CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
use cudarc::cudnn::sys::cudnnMathType_t::{CUDNN_DEFAULT_MATH, CUDNN_FMA_MATH};
use cudarc::cudnn::sys::{self, cudnnMathType_t, cudnnStatus_t};
use cudarc::cudnn::{CudnnError, result};
use nin_kernels::conv2d::Conv2dShape;

use super::{Card, Cuda, Memory, int};
use crate::conv2d::{Answer, Library};
use crate::{DeviceError, View, ViewMut};

/// cuDNN with one rule of rounding.
pub(super) struct Cudnn {
    card: Arc<Card>,
    handle: sys::cudnnHandle_t,
    math: cudnnMathType_t,
    workspace: Mutex<Option<Memory>>,
}

// SAFETY: the handle is used by one thread at a time, the one that has locked the
// workspace.
unsafe impl Send for Cudnn {}
// SAFETY: as above.
unsafe impl Sync for Cudnn {}

impl Drop for Cudnn {
    fn drop(&mut self) {
        // SAFETY: made by `pair`, and destroyed once.
        let _ = unsafe { result::destroy_handle(self.handle) };
    }
}

/// Sizes and rules of one convolution as cuDNN knows them.
struct Descriptors {
    input: sys::cudnnTensorDescriptor_t,
    weight: sys::cudnnFilterDescriptor_t,
    output: sys::cudnnTensorDescriptor_t,
    conv: sys::cudnnConvolutionDescriptor_t,
}

impl Drop for Descriptors {
    fn drop(&mut self) {
        // SAFETY: each was created, and is destroyed once.
        unsafe {
            let _ = result::destroy_tensor_descriptor(self.input);
            let _ = result::destroy_filter_descriptor(self.weight);
            let _ = result::destroy_tensor_descriptor(self.output);
            let _ = result::destroy_convolution_descriptor(self.conv);
        }
    }
}

impl Descriptors {
    fn new(shape: &Conv2dShape, math: cudnnMathType_t) -> Result<Self, CudnnError> {
        const FORMAT: sys::cudnnTensorFormat_t = sys::cudnnTensorFormat_t::CUDNN_TENSOR_NHWC;
        const KIND: sys::cudnnDataType_t = sys::cudnnDataType_t::CUDNN_DATA_FLOAT;
        let window = shape.window;
        let [kernel_size, stride, padding] =
            [window.kernel_size, window.stride, window.padding].map(int);
        let input = [shape.batch, shape.in_channels, shape.in_height, shape.in_width].map(int);
        let output =
            [shape.batch, shape.out_channels, shape.out_height(), shape.out_width()].map(int);
        let weight = [int(shape.out_channels), int(shape.in_channels), kernel_size, kernel_size];
        let made = Self {
            input: result::create_tensor_descriptor()?,
            weight: result::create_filter_descriptor()?,
            output: result::create_tensor_descriptor()?,
            conv: result::create_convolution_descriptor()?,
        };
        // SAFETY: the descriptors were just created.
        unsafe {
            result::set_tensor4d_descriptor(made.input, FORMAT, KIND, input)?;
            result::set_filter4d_descriptor(made.weight, KIND, FORMAT, weight)?;
            result::set_tensor4d_descriptor(made.output, FORMAT, KIND, output)?;
            // What networks call convolution is a cross-correlation.
            let mode = sys::cudnnConvolutionMode_t::CUDNN_CROSS_CORRELATION;
            result::set_convolution2d_descriptor(
                made.conv, padding, padding, stride, stride, 1, 1, mode, KIND,
            )?;
            result::set_convolution_math_type(made.conv, math)?;
        }
        Ok(made)
    }
}

impl Cudnn {
    /// With full and with short factors, on the current context; `None` without the
    /// library or with one before version 9.
    pub(super) fn pair(card: &Arc<Card>) -> Result<Option<[Self; 2]>, DeviceError> {
        // SAFETY: loads the library, whose start-up code is NVIDIA's.
        if !unsafe { sys::is_culib_present() } || result::get_version() < 90_000 {
            return Ok(None);
        }
        let made = |math| match result::create_handle() {
            Ok(handle) => {
                Ok(Self { card: Arc::clone(card), handle, math, workspace: Mutex::default() })
            }
            Err(error) => Err(DeviceError::new("cuDNN does not start", error)),
        };
        Ok(Some([made(CUDNN_FMA_MATH)?, made(CUDNN_DEFAULT_MATH)?]))
    }

    /// Asks for the size of the workspace, and runs with one.
    fn run(
        &self,
        shape: &Conv2dShape,
        workspace_bytes: impl Fn(&Descriptors) -> Result<usize, CudnnError>,
        run: impl Fn(&Descriptors, *mut c_void, usize) -> Result<(), CudnnError>,
    ) -> Result<Answer, DeviceError> {
        self.card.bind()?;
        let mut workspace = self.workspace.lock().expect("nothing below panics");
        let refused = |error: CudnnError| match error.0 {
            cudnnStatus_t::CUDNN_STATUS_NOT_SUPPORTED => Ok(Answer::Unsupported),
            _ => Err(DeviceError::new(format!("cuDNN refuses a convolution of {shape:?}"), error)),
        };
        let made = Descriptors::new(shape, self.math)
            .and_then(|descriptors| Ok((workspace_bytes(&descriptors)?, descriptors)));
        let (bytes, descriptors) = match made {
            Ok(made) => made,
            Err(error) => return refused(error),
        };
        if workspace.as_ref().is_none_or(|memory| memory.bytes < bytes) {
            *workspace = None;
            *workspace = Some(Memory::new(&self.card, bytes)?);
        }
        let address = workspace.as_ref().map_or(0, |memory| memory.address);
        match run(&descriptors, address as *mut c_void, bytes) {
            Ok(()) => Ok(Answer::Done),
            Err(error) => refused(error),
        }
    }
}

/// The factors of what is computed, and of what was there.
static ONE: f32 = 1.0;
static ZERO: f32 = 0.0;

impl Library<Cuda> for Cudnn {
    fn forward(
        &self,
        shape: &Conv2dShape,
        input: View<'_, f32, Cuda>,
        weight: View<'_, f32, Cuda>,
        output: ViewMut<'_, f32, Cuda>,
    ) -> Result<Answer, DeviceError> {
        const ALGORITHM: sys::cudnnConvolutionFwdAlgo_t =
            CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
        // SAFETY: the descriptors are those of the shape, as are the views' lengths.
        let bytes = |d: &Descriptors| unsafe {
            result::get_convolution_forward_workspace_size(
                self.handle,
                d.input,
                d.weight,
                d.conv,
                d.output,
                ALGORITHM,
            )
        };
        // SAFETY: as above; the workspace has as many bytes as were asked for.
        self.run(shape, bytes, |d, workspace, bytes| unsafe {
            result::convolution_forward(
                self.handle,
                (&raw const ONE).cast(),
                d.input,
                input.address as *const c_void,
                d.weight,
                weight.address as *const c_void,
                d.conv,
                ALGORITHM,
                workspace,
                bytes,
                (&raw const ZERO).cast(),
                d.output,
                output.address as *mut c_void,
            )
        })
    }

    fn backward_weight(
        &self,
        shape: &Conv2dShape,
        input: View<'_, f32, Cuda>,
        grad_output: View<'_, f32, Cuda>,
        grad_weight: ViewMut<'_, f32, Cuda>,
    ) -> Result<Answer, DeviceError> {
        const ALGORITHM: sys::cudnnConvolutionBwdFilterAlgo_t = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;
        // SAFETY: the descriptors are those of the shape, as are the views' lengths.
        let bytes = |d: &Descriptors| unsafe {
            result::get_convolution_backward_filter_workspace_size(
                self.handle,
                d.input,
                d.output,
                d.conv,
                d.weight,
                ALGORITHM,
            )
        };
        // SAFETY: as above; the workspace has as many bytes as were asked for.
        self.run(shape, bytes, |d, workspace, bytes| unsafe {
            result::convolution_backward_filter(
                self.handle,
                (&raw const ONE).cast(),
                d.input,
                input.address as *const c_void,
                d.output,
                grad_output.address as *const c_void,
                d.conv,
                ALGORITHM,
                workspace,
                bytes,
                (&raw const ZERO).cast(),
                d.weight,
                grad_weight.address as *mut c_void,
            )
        })
    }

    fn backward_input(
        &self,
        shape: &Conv2dShape,
        weight: View<'_, f32, Cuda>,
        grad_output: View<'_, f32, Cuda>,
        grad_input: ViewMut<'_, f32, Cuda>,
    ) -> Result<Answer, DeviceError> {
        const ALGORITHM: sys::cudnnConvolutionBwdDataAlgo_t = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
        // SAFETY: the descriptors are those of the shape, as are the views' lengths.
        let bytes = |d: &Descriptors| unsafe {
            result::get_convolution_backward_data_workspace_size(
                self.handle,
                d.weight,
                d.output,
                d.conv,
                d.input,
                ALGORITHM,
            )
        };
        // SAFETY: as above; the workspace has as many bytes as were asked for.
        self.run(shape, bytes, |d, workspace, bytes| unsafe {
            result::convolution_backward_data(
                self.handle,
                (&raw const ONE).cast(),
                d.weight,
                weight.address as *const c_void,
                d.output,
                grad_output.address as *const c_void,
                d.conv,
                ALGORITHM,
                workspace,
                bytes,
                (&raw const ZERO).cast(),
                d.input,
                grad_input.address as *mut c_void,
            )
        })
    }
}
