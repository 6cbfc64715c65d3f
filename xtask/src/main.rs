//! Project tasks: `cargo xtask TASK`.
#![forbid(unsafe_code)]

mod accuracy;
mod ci;
mod command;
mod compare;
mod cuda;
mod executable;
mod folder;
mod golden;
mod machine;
mod python;
#[cfg(unix)]
mod soak;
mod statistics;
mod test_accuracy;
mod tidy;
#[cfg(unix)]
mod timings;
mod whole_file;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
enum Task {
    /// Train configurations with several seeds and write mean and deviation to docs/accuracy.md
    #[command(long_about = accuracy::ABOUT)]
    Accuracy(accuracy::Options),
    /// Run everything that must pass before a change is merged
    Ci,
    /// Time a training step and inference beside PyTorch, ONNX Runtime, OpenVINO and candle
    Compare(compare::Options),
    /// Build for NVIDIA cards and test there
    #[command(subcommand)]
    Cuda(cuda::Step),
    /// Write the PyTorch truth under golden/ anew
    Golden(golden::Options),
    /// End trainings at random moments, resume them, and compare them with one that was not
    #[cfg(unix)]
    Soak(soak::Options),
    /// Check what neither rustfmt nor clippy looks at
    Tidy(tidy::Options),
    /// Build from nothing and print what the dearest crates cost
    #[cfg(unix)]
    Timings(timings::Options),
}

fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(code) = timings::run_as_wrapper() {
        return code;
    }
    let result = match Task::parse() {
        Task::Accuracy(options) => accuracy::run(root(), &options),
        Task::Ci => ci::run(root()),
        Task::Compare(options) => compare::run(root(), &options),
        Task::Cuda(step) => cuda::run(root(), &step),
        Task::Golden(options) => golden::run(root(), &options),
        #[cfg(unix)]
        Task::Soak(options) => soak::run(root(), &options),
        Task::Tidy(options) => tidy::run(root(), &options),
        #[cfg(unix)]
        Task::Timings(options) => timings::run(root(), &options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies inside the workspace")
}
