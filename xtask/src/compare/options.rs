//! The command line.

#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are the help text, where brackets hold defaults"
)]

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::words::{Case, Device, Pass, Precision};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The Python interpreter that has PyTorch and the others
    #[arg(long, value_name = "PATH", default_value = "python3")]
    pub(super) python: PathBuf,
    /// Networks and their batches [all]
    #[arg(long, value_enum, value_delimiter = ',', num_args = 1..)]
    #[arg(default_values_t = [Case::Original, Case::PaperCifar10, Case::PaperMnist])]
    #[arg(hide_default_value = true)]
    pub(super) cases: Vec<Case>,
    /// What is timed [both]
    #[arg(long, value_enum, value_delimiter = ',', num_args = 1..)]
    #[arg(default_values_t = [Pass::Train, Pass::Inference], hide_default_value = true)]
    pub(super) passes: Vec<Pass>,
    /// The precisions of ours; the others take part in all they have [both]
    #[arg(long, value_enum, value_delimiter = ',')]
    #[arg(default_values_t = [Precision::F32, Precision::Bf16], hide_default_value = true)]
    pub(super) precision: Vec<Precision>,
    /// Where everyone computes
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub(super) device: Device,
    /// Pictures of a batch [as each network's configuration says]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub(super) batch: Option<usize>,
    /// Turns of each contestant
    #[arg(long, value_name = "N", default_value_t = 7)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub(super) rounds: usize,
    /// Length of a turn
    #[arg(long, default_value = "3", value_parser = duration)]
    pub(super) secs: Duration,
    /// Threads of everyone [all cores]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub(super) threads: Option<usize>,
    /// Write everything that was measured, every round
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}
