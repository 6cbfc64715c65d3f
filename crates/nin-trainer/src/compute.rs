//! From the section `[compute]` to a device and threads.

use candle_core::Device;
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
pub(crate) fn threads(count: usize) -> Result<ThreadPool, TrainError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .map_err(|error| TrainError::Usage(format!("compute.threads = {count}: {error}")))
}

/// The widest instruction set that this processor offers to the kernels.
pub(crate) fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            return "AVX2 + FMA";
        }
    }
    std::env::consts::ARCH
}
