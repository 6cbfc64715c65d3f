//! From the end of the work to the program's exit code.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use nin_trainer::{TrainError, printable};

/// Does the work, prints its error, if any, on stderr, and says by number what it
/// was: 0 done, 1 a panic or an error that is no [`TrainError`], else
/// [`TrainError::exit_code`].
pub fn exit_code(work: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    // Nothing of the work is used after a panic.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            let known = error.downcast_ref::<TrainError>();
            match known {
                // These say all that their sources would.
                Some(known) => print(format_args!("error: {known}")),
                None => print(format_args!("error: {error:#}")),
            }
            ExitCode::from(known.map_or(1, TrainError::exit_code))
        }
        Err(_) => {
            print(format_args!(
                "This is a bug of the program: please report it with the lines above."
            ));
            ExitCode::from(1)
        }
    }
}

/// A line on stderr. A reader that has gone away must not change the exit code.
fn print(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{}", printable(&line.to_string()));
}
