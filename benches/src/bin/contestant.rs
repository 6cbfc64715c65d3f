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
use nin_layers::engine::Device;

#[derive(Parser)]
#[command(about = "Our side of `cargo xtask compare`")]
enum Command {
    /// Write network, weights and batch of a case
    Write {
        #[arg(long, value_enum)]
        case: Case,
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
        /// Pictures of a batch [as the configuration says]
        #[arg(long, value_name = "N")]
        batch: Option<usize>,
    },
    /// Take turns with this project's engine
    Ours {
        #[command(flatten)]
        options: Options,
        /// Of the products; bf16 has f32 sums
        #[arg(long, value_enum, default_value = "f32")]
        precision: Precision,
        #[arg(long, value_enum, default_value = "cpu")]
        device: On,
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
    /// Pictures of a batch [as the configuration says]
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// 0 for all cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Length of a turn
    #[arg(long, default_value_t = 3.0)]
    secs: f64,
}

/// Where to compute.
#[derive(Clone, Copy, clap::ValueEnum)]
enum On {
    Cpu,
    /// The first NVIDIA card, in a build that knows them
    Cuda,
}

impl On {
    fn open(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => Ok(Device::cuda(0)?),
        }
    }
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Write { case, folder, batch } => folder::write(&case.problem(batch)?, &folder),
        Command::Ours { options, precision, device } => on_threads(options.threads, || {
            let (problem, device) = (options.case.problem(options.batch)?, device.open()?);
            take_turns(ours::contestant(problem, options.pass, precision, &device)?, options.secs)
        }),
        Command::Candle { options } => on_threads(options.threads, || {
            let problem = options.case.problem(options.batch)?;
            take_turns(candle::contestant(&problem, options.pass)?, options.secs)
        }),
    }
}

/// Runs on a thread of a pool of `count`, as the trainer does: from outside each
/// parallel loop would first wake one up.
fn on_threads(count: usize, run: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(count).build()?.install(run)
}
