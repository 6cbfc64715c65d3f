//! Trains Network In Network from a configuration file.

#![forbid(unsafe_code)]

mod args;
mod flags;

use std::process::ExitCode;

use clap::Parser;
use nin_trainer::{Console, Start, Verbosity, dry_run, train};

use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    let console = Console::new(if args.quiet { Verbosity::Quiet } else { Verbosity::Normal });
    nin_cli::install_logging(&console);
    nin_cli::exit_code(|| run(&args, &console))
}

fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let config = args.config()?;
    if args.dry_run {
        return Ok(dry_run(&config, console)?);
    }
    let start = match (&args.resume, &args.resume_weights) {
        (Some(run), _) => Start::Resume(run.clone()),
        (None, Some(file)) => Start::Weights(file.clone()),
        (None, None) => Start::New,
    };
    train(&config, &start, console, &nin_cli::listen_to_signals(console)?)?;
    Ok(())
}
