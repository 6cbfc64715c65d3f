//! Our side of `cargo xtask compare`: writes a case for the other programs, or
//! takes turns with them.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser};
use nin_benches::compare::case::Case;
use nin_benches::compare::contestant::{Pass, Precision};
use nin_benches::compare::turns::take_turns;
use nin_benches::compare::{candle, folder, ours};

#[derive(Parser)]
#[command(about = "Our side of `cargo xtask compare`")]
enum Command {
    /// Write network, weights and batch of a case
    Write {
        #[arg(long, value_enum)]
        case: Case,
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
    },
    /// Take turns with this project's engine
    Ours {
        #[command(flatten)]
        options: Options,
        /// Of the products; bf16 has f32 sums
        #[arg(long, value_enum, default_value = "f32")]
        precision: Precision,
    },
    /// Take turns with candle's own operations
    Candle {
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Args)]
struct Options {
    #[arg(long, value_enum)]
    case: Case,
    #[arg(long, value_enum)]
    pass: Pass,
    /// 0 for all cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Length of a turn
    #[arg(long, default_value_t = 3.0)]
    secs: f64,
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Write { case, folder } => folder::write(&case.problem()?, &folder),
        Command::Ours { options, precision } => on_threads(options.threads, || {
            let problem = options.case.problem()?;
            take_turns(ours::contestant(problem, options.pass, precision)?, options.secs)
        }),
        Command::Candle { options } => on_threads(options.threads, || {
            let problem = options.case.problem()?;
            take_turns(candle::contestant(&problem, options.pass)?, options.secs)
        }),
    }
}

/// Runs on a thread of a pool of `count`, as the trainer does: from outside each
/// parallel loop would first wake one up.
fn on_threads(count: usize, run: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(count).build()?.install(run)
}
