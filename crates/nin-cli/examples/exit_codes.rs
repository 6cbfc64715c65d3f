//! Ends with exit code 2 and a message, as a program does on a wrong flag.

use std::process::ExitCode;

use nin_trainer::{Console, TrainError};

fn main() -> ExitCode {
    nin_cli::install_logging(&Console::default());
    nin_cli::exit_code(|| Err(TrainError::Usage("no such flag".to_owned()).into()))
}
