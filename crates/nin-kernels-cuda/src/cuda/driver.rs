//! A card's context and kernels.

use std::collections::HashMap;
use std::ffi::{CString, c_int, c_void};
use std::sync::Mutex;

use cudarc::driver::{result, sys};

use crate::{DeviceError, Grid};

/// The kernels as build.rs compiled them; the driver compiles them for its card.
const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/kernels.ptx"));

/// A card with its primary context, in which other libraries work too.
pub(super) struct Card {
    pub(super) name: String,
    device: sys::CUdevice,
    context: sys::CUcontext,
    module: sys::CUmodule,
    kernels: Mutex<HashMap<&'static str, sys::CUfunction>>,
}

// SAFETY: handles of the driver may be used by every thread that makes the context
// its current one, which `bind` does.
unsafe impl Send for Card {}
// SAFETY: as above; the driver's functions may be called at the same time.
unsafe impl Sync for Card {}

impl Drop for Card {
    fn drop(&mut self) {
        if self.bind().is_ok() {
            // SAFETY: no kernel of the module can be asked for any more.
            let _ = unsafe { result::module::unload(self.module) };
        }
        // SAFETY: retained once, by `new`.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}

impl Card {
    pub(super) fn new(ordinal: usize) -> Result<Self, DeviceError> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error| DeviceError::new(what, error)
        };
        // SAFETY: loads the driver's library, whose start-up code is NVIDIA's.
        if !unsafe { sys::is_culib_present() } {
            let what = "there is no NVIDIA driver (libcuda.so.1): install it";
            return Err(DeviceError { what: what.to_owned(), source: None });
        }
        result::init().map_err(failed("the NVIDIA driver finds no card that it can use"))?;
        let count = result::device::get_count().map_err(failed("cannot count the cards"))?;
        let number = c_int::try_from(ordinal).ok().filter(|&number| number < count);
        let number = number.ok_or_else(|| {
            let what = format!("there is no card cuda:{ordinal}: the driver knows {count}");
            DeviceError { what, source: None }
        })?;
        let cannot_open = |error| DeviceError::new(format!("cannot open cuda:{ordinal}"), error);
        let device = result::device::get(number).map_err(cannot_open)?;
        let name = result::device::get_name(device).map_err(cannot_open)?;
        // SAFETY: the device is one; its context is released when this is dropped.
        let context = unsafe { result::primary_ctx::retain(device) }.map_err(cannot_open)?;
        let load = || {
            let ptx = CString::new(PTX).expect("nvcc writes text");
            // SAFETY: the context is valid, and the text ends with a zero.
            unsafe {
                result::ctx::set_current(context)?;
                result::module::load_data(ptx.as_ptr().cast())
            }
        };
        match load() {
            Ok(module) => Ok(Self { name, device, context, module, kernels: Mutex::default() }),
            Err(error) => {
                // SAFETY: retained above.
                let _ = unsafe { result::primary_ctx::release(device) };
                let what = format!(
                    "{name} or its driver does not take the kernels of this build: build for its \
                     capability (cargo xtask cuda build --capability), with a toolkit no newer \
                     than the driver"
                );
                Err(DeviceError::new(what, error))
            }
        }
    }

    /// Makes the context the current one of this thread.
    pub(super) fn bind(&self) -> Result<(), DeviceError> {
        // SAFETY: the context lives as long as this.
        unsafe { result::ctx::set_current(self.context) }
            .map_err(|error| DeviceError::new("cannot use the card", error))
    }

    /// Runs a kernel in the default stream of the current context.
    ///
    /// # Safety
    ///
    /// As [`Device::launch`](crate::Device::launch).
    pub(super) unsafe fn launch(
        &self,
        kernel: &'static str,
        grid: Grid,
        arguments: &mut [*mut c_void],
    ) -> Result<(), DeviceError> {
        let failed = |error| DeviceError::new(format!("cannot run the kernel {kernel}"), error);
        let function = self.function(kernel).map_err(failed)?;
        let three = |[x, y]: [u32; 2]| (x, y, 1);
        let (blocks, threads) = (three(grid.blocks), three(grid.threads));
        let stream = result::stream::null();
        // SAFETY: the caller's promise; the function is of a loaded module.
        unsafe { result::launch_kernel(function, blocks, threads, 0, stream, arguments) }
            .map_err(failed)
    }

    fn function(&self, kernel: &'static str) -> Result<sys::CUfunction, result::DriverError> {
        let mut kernels = self.kernels.lock().expect("nothing below panics");
        if let Some(&function) = kernels.get(kernel) {
            return Ok(function);
        }
        let name = CString::new(kernel).expect("an identifier has no zero");
        // SAFETY: the module is loaded.
        let function = unsafe { result::module::get_function(self.module, name) }?;
        kernels.insert(kernel, function);
        Ok(function)
    }
}
