//! Tests a trained Network In Network.

#![forbid(unsafe_code)]

mod args;

use std::process::ExitCode;

use clap::Parser;
use nin_trainer::{Console, Verbosity, test};

use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    let console = Console::new(if args.quiet { Verbosity::Quiet } else { Verbosity::Normal });
    nin_cli::install_logging(&console);
    nin_cli::exit_code(|| {
        test(&args.request()?, &console, &nin_cli::listen_to_signals(&console)?)?;
        Ok(())
    })
}
