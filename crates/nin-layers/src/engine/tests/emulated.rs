//! The engine of a card, its kernels played on the CPU.

tests_on!(Device::Emulated(nin_kernels_cuda::Turn::Rising));

#[path = "averages.rs"]
mod averages;
#[path = "beside_the_cpu.rs"]
mod beside_the_cpu;
#[path = "errors.rs"]
mod errors;
#[path = "kept.rs"]
mod kept;
#[path = "steps.rs"]
mod steps;
