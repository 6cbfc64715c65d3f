//! `cargo xtask soak`: trainings that are ended at random moments, resumed, and
//! compared with one that was not.

mod files;
mod program;
mod trial;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rustix::process::Signal;

use crate::command::{self, cargo};
use crate::folder;
use program::Program;
use trial::{Tally, Whole};

/// The run that is ended and resumed.
const CONFIG: &str = include_str!("soak.toml");

/// How long a program may take to end that is asked to.
const LONGEST_END: Duration = Duration::from_secs(2);

#[derive(Args)]
pub(crate) struct Options {
    /// How often each signal ends a training
    #[arg(long, default_value_t = 100)]
    times: usize,
    /// The signals
    #[arg(long, value_delimiter = ',', default_values_t = [Ending::Kill, Ending::Int, Ending::Term])]
    signals: Vec<Ending>,
    /// Seed of the moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The nin-train to run, in place of one built for release
    #[arg(long)]
    program: Option<PathBuf>,
}

/// A way to end a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ending {
    /// SIGKILL: at once, whatever it does
    Kill,
    /// SIGINT: as Ctrl-C
    Int,
    /// SIGTERM
    Term,
}

impl Ending {
    fn signal(self) -> Signal {
        match self {
            Self::Kill => Signal::KILL,
            Self::Int => Signal::INT,
            Self::Term => Signal::TERM,
        }
    }

    /// The exit code of a program that has ended as asked; none after SIGKILL.
    fn exit_code(self) -> Option<i32> {
        (self != Self::Kill).then(|| 128 + self.signal().as_raw())
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "kill",
            Self::Int => "int",
            Self::Term => "term",
        })
    }
}

/// Ends, resumes and compares; an error if anything was lost.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let executable = match &options.program {
        Some(path) => path.clone(),
        None => {
            command::run(cargo("build --release --locked --bin nin-train").current_dir(root))?;
            root.join("target/release/nin-train")
        }
    };
    let folder = root.join("target/soak");
    folder::remove(&folder)?;
    fs::create_dir_all(&folder)?;
    let config = folder.join("soak.toml");
    fs::write(&config, CONFIG)?;

    let program = Program { executable, config };
    let whole = Whole::run(&program, &folder.join("whole"))?;
    println!("a whole run takes {:.2} s", whole.time.as_secs_f64());
    println!("{}", Tally::HEADER);
    let mut failed = false;
    for &ending in &options.signals {
        let mut moments = ChaCha8Rng::seed_from_u64(options.seed);
        let tally = trial::series(&program, &whole, &folder, ending, options.times, &mut moments)?;
        println!("{tally}");
        failed |= !tally.nothing_lost(LONGEST_END);
    }
    ensure!(!failed, "something was lost: the runs are in {}", folder.display());
    Ok(())
}
