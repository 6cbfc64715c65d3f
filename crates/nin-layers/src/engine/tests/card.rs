//! The engine of a card on the machine's first one. Where there is none, its kernels
//! are played on the CPU once more, unless `NIN_NEEDS_CARD` is set.

tests_on!(card());

fn card() -> Device {
    match Device::cuda(0) {
        Ok(card) => card,
        Err(error) if std::env::var_os("NIN_NEEDS_CARD").is_some() => panic!("{error}"),
        Err(error) => {
            eprintln!("nothing was run on a card: {error}");
            Device::Emulated(nin_kernels_cuda::Turn::Falling)
        }
    }
}

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
