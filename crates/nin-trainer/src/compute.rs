//! From the section `[compute]` to a device and threads.

use nin_layers::engine::Device;
use nin_layers::{LayerError, SimdLevel};
use rayon::ThreadPool;

use crate::{DeviceChoice, TrainError};

/// The device that was chosen. Only a card that is asked for, or may be, lets the
/// driver be loaded.
///
/// # Errors
///
/// One that this build or this machine does not have.
pub(crate) fn device(choice: DeviceChoice) -> Result<Device, TrainError> {
    match choice {
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Auto => Ok(Device::cuda(0).unwrap_or_else(|error| {
            if Device::HAS_CUDA {
                tracing::info!("no NVIDIA card is used: {}", with_causes(&error));
            }
            Device::Cpu
        })),
        DeviceChoice::Cuda(ordinal) => Device::cuda(ordinal).map_err(|error| {
            let advice = if Device::HAS_CUDA {
                "or use --device cpu"
            } else {
                "build one that has it with `cargo xtask cuda build`, or use --device cpu (this \
                 machine's devices: cpu)"
            };
            TrainError::Device(format!("device {choice}: {}, {advice}", with_causes(&error)))
        }),
    }
}

/// An error and what it is from, in one line.
fn with_causes(error: &LayerError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
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
