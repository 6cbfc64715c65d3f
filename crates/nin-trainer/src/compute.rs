//! From the section `[compute]` to a device and threads.

use candle_core::Device;
use nin_layers::SimdLevel;
use rayon::ThreadPool;

use crate::{DeviceChoice, TrainError};

/// The device that was chosen.
///
/// # Errors
///
/// One that this build does not have.
pub(crate) fn device(choice: DeviceChoice) -> Result<Device, TrainError> {
    match choice {
        DeviceChoice::Auto | DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Cuda(_) => Err(TrainError::Device(format!(
            "device {choice}: this build has no CUDA; use --device cpu (this machine's devices: \
             cpu)"
        ))),
    }
}

/// A device as banner and log show it.
pub(crate) fn device_name(device: &Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}

/// The threads that the kernels run on: as many as asked for, or for 0 as
/// `RAYON_NUM_THREADS` says or as the process may use.
///
/// # Errors
///
/// Threads that cannot be had, or vector instructions that `NIN_SIMD` asks for
/// and that cannot be had.
pub(crate) fn threads(count: usize) -> Result<ThreadPool, TrainError> {
    SimdLevel::from_env().map_err(|error| TrainError::Usage(error.to_string()))?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .map_err(|error| TrainError::Usage(format!("compute.threads = {count}: {error}")))
}

/// The vector instructions that the kernels use.
pub(crate) fn instruction_set() -> &'static str {
    match SimdLevel::current() {
        SimdLevel::Avx512 => "AVX-512",
        SimdLevel::Avx2 => "AVX2 + FMA",
        SimdLevel::Portable => std::env::consts::ARCH,
    }
}
