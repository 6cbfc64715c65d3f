//! The command line.

#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "these comments are the help text, where brackets hold defaults"
)]

use std::path::PathBuf;

use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};
use nin_trainer::{ConfigSource, DatasetName, DeviceChoice, Part, TestRequest, TrainError};

const ABOUT: &str = "\
Tests a trained Network In Network: loss, accuracy of each class, confusion matrix and, on the \
last line, the accuracy.

What the checkpoint knows (network, picture size, classes, normalisation) need not be given \
again; a flag that contradicts it is an error. A file of a PyTorch program knows none of it: it is \
taken for one of the original program's, unless --config says otherwise. Every flag is also known \
with underscores, and names are read in any case.";

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  a bug of this program
  2  usage or configuration
  3  data or checkpoint
  5  device

RUST_LOG sets how much is logged on stderr (default: info). NO_COLOR turns colours off.";

/// Flags, named as they are in the banner.
#[derive(Debug, Parser)]
#[command(
    name = "nin-test",
    version = nin_trainer::version(),
    about = "Tests a trained Network In Network",
    long_about = ABOUT,
    after_help = AFTER_HELP,
    max_term_width = 100
)]
pub(crate) struct Args {
    /// Folder of a run, or a checkpoint: .safetensors, or a PyTorch program's .pt
    #[arg(long, value_name = "RUN|FILE", alias = "model_path", allow_hyphen_values = true)]
    model_path: PathBuf,
    /// Configuration of the network and its pictures, for a checkpoint that does not say them
    /// [the original program's]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A remark for the banner
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    comment: Option<String>,
    /// The data set [the one that was trained on]
    #[arg(long, value_name = "NAME|DIR", allow_hyphen_values = true)]
    #[arg(value_parser = OsStringValueParser::new().try_map(|text| DatasetName::from_os_str(&text)))]
    dataset: Option<DatasetName>,
    /// Where a named data set lies [looked for in the usual places, then fetched]
    #[arg(long, value_name = "DIR", alias = "dataset_path", allow_hyphen_values = true)]
    dataset_path: Option<PathBuf>,
    /// The part to test on: test, val or train
    #[arg(long, value_name = "PART", default_value = "test", allow_hyphen_values = true)]
    split: Part,
    /// Height and width of the pictures in pixels [the checkpoint's]
    #[arg(long, value_name = "N", alias = "image_size", allow_hyphen_values = true)]
    #[arg(value_parser = at_least_one)]
    image_size: Option<usize>,
    /// Number of classes [the checkpoint's]
    #[arg(long, value_name = "N", alias = "num_classes", allow_hyphen_values = true)]
    #[arg(value_parser = at_least_one)]
    num_classes: Option<usize>,
    /// Pictures at a time, at least 1 [128]
    #[arg(long, value_name = "N", alias = "batch_size", allow_hyphen_values = true)]
    #[arg(value_parser = at_least_one)]
    batch_size: Option<usize>,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, default_value = "auto", allow_hyphen_values = true)]
    device: DeviceChoice,
    /// Threads on the CPU; 0 for as many as the process may use
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    threads: usize,
    /// Print the result alone
    #[arg(long)]
    pub(crate) quiet: bool,
}

impl Args {
    /// What to test on what.
    pub(crate) fn request(&self) -> Result<TestRequest, TrainError> {
        let config =
            self.config.as_deref().map(|file| ConfigSource::read(file)?.resolve()).transpose()?;
        Ok(TestRequest {
            model_path: self.model_path.clone(),
            config,
            comment: self.comment.clone(),
            dataset: self.dataset.clone(),
            dataset_path: self.dataset_path.clone(),
            image_size: self.image_size,
            num_classes: self.num_classes,
            batch_size: self.batch_size,
            device: self.device,
            threads: self.threads,
            split: self.split,
        })
    }
}

fn at_least_one(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or("want a whole number of at least 1")
}
