//! The engine of the CPU.

tests_on!(Device::Cpu);

#[path = "agreement.rs"]
mod agreement;
#[path = "averages.rs"]
mod averages;
#[path = "errors.rs"]
mod errors;
#[path = "steps.rs"]
mod steps;
