//! Tests a trained Network In Network.

#![forbid(unsafe_code)]

mod args;
mod exit;
mod logging;

use std::process::ExitCode;

use clap::Parser;
use nin_trainer::{Console, Interrupt, Verbosity, test};

use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    logging::install();
    let console = Console::new(if args.quiet { Verbosity::Quiet } else { Verbosity::Normal });
    // A signal ends the program at once: there is nothing to keep.
    exit::code(|| Ok(test(&args.request(), &console, &Interrupt::default())?))
}
