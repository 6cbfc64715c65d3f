//! The command line.

#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "these comments are the help text, where brackets hold defaults"
)]

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;

const ABOUT: &str = "\
Trains, validates and tests Network In Network, and writes a run folder.

Without --config it follows the recommended recipe on Fashion-MNIST. A file is read over neutral \
defaults, shown in brackets below and in configs/reference.toml; flags win over the file. Every \
flag is also known with underscores, and names are read in any case.";

const AFTER_HELP: &str = "\
Exit codes:
  0        done
  1        a bug of this program
  2        usage or configuration
  3        data
  4        training failed: a number that is not finite, or dead and run.on_dead = stop
  5        device
  6        cannot write
  130 143  interrupted by Ctrl-C or SIGTERM; a second one ends at once

With one seed, the initial weights, the division of the data, the order of the pictures and \
dropout are the same on every machine and with any number of threads. Sums are added in an order \
that depends on the processor, so losses may differ in their last digits between machines.

RUST_LOG sets how much is logged on stderr (default: info). NO_COLOR turns colours off.";

/// Flags, named as they are in the run's banner.
#[derive(Debug, Parser)]
#[command(
    name = "nin-train",
    version = nin_trainer::version(),
    about = "Trains, validates and tests Network In Network",
    long_about = ABOUT,
    after_help = AFTER_HELP,
    max_term_width = 100
)]
pub(crate) struct Args {
    /// Configuration file of the run [without it: the embedded configs/default.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "resume", help_heading = "Run")]
    pub(crate) config: Option<PathBuf>,
    /// Set any key of the configuration, such as schedule.factor=0.5; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment, help_heading = "Run")]
    pub(crate) set: Vec<(String, String)>,
    /// Go on with an interrupted run, with the settings of its last state
    #[arg(long, value_name = "RUN", conflicts_with = "resume_weights", help_heading = "Run")]
    pub(crate) resume: Option<PathBuf>,
    /// Start a new run from the weights of a checkpoint
    #[arg(long, value_name = "FILE", alias = "resume_weights", help_heading = "Run")]
    pub(crate) resume_weights: Option<PathBuf>,
    /// Show settings, network and where the data are; train and write nothing
    #[arg(long, alias = "dry_run", help_heading = "Run")]
    pub(crate) dry_run: bool,
    /// Print the result alone
    #[arg(long, help_heading = "Run")]
    pub(crate) quiet: bool,
    /// Name in banner and log [Nin]
    #[arg(long, allow_hyphen_values = true, help_heading = "Run")]
    pub(crate) name: Option<String>,
    /// A remark for the banner
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Run")]
    pub(crate) comment: Option<String>,
    /// Seed of weights, split, order and dropout: a number, or random to draw one [42]
    #[arg(long, value_name = "N|random", allow_hyphen_values = true, help_heading = "Run")]
    pub(crate) seed: Option<Seed>,
    /// Folder of the run, absent or empty [runs/nin/<dataset>/YYYY_MM_DD_HH_MM]
    #[arg(long, value_name = "DIR", alias = "model_base_path", help_heading = "Run")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) model_base_path: Option<PathBuf>,

    /// fashion-mnist, mnist, kmnist, fashion-mnist-sample (embedded), cifar10, cifar100, svhn, or
    /// a folder of IDX files [fashion-mnist]
    #[arg(long, value_name = "NAME|DIR", allow_hyphen_values = true, help_heading = "Data")]
    pub(crate) dataset: Option<PathBuf>,
    /// Where a named data set lies [looked for in the usual places, then fetched]
    #[arg(long, value_name = "DIR", alias = "dataset_path", help_heading = "Data")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) dataset_path: Option<PathBuf>,
    /// Height and width in pixels that pictures are resized to [224]
    #[arg(long, value_name = "N", alias = "image_size", help_heading = "Data")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) image_size: Option<i64>,
    /// Number of classes [10]
    #[arg(long, value_name = "N", alias = "num_classes", help_heading = "Data")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) num_classes: Option<i64>,
    /// How the validation part is chosen: holdout or holdout-stratified [holdout]
    #[arg(long, value_name = "MODE", alias = "train_mode", help_heading = "Data")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) train_mode: Option<String>,
    /// Fraction of the training set to validate on, in [0, 1); 0 for none [0.2]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Data")]
    pub(crate) val: Option<f64>,

    /// The optimiser's rule: sgd [sgd]
    #[arg(long, value_name = "RULE", allow_hyphen_values = true, help_heading = "Optimiser")]
    pub(crate) optimizer: Option<String>,
    /// Pictures in a step, at least 1 [8]
    #[arg(long, value_name = "N", alias = "batch_size", help_heading = "Optimiser")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) batch_size: Option<i64>,
    /// Learning rate above 0; the peak of one-cycle [0.03]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Optimiser")]
    pub(crate) lr: Option<f64>,
    /// Momentum, at least 0 [0]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Optimiser")]
    pub(crate) momentum: Option<f64>,
    /// Weight decay, at least 0 [0]
    #[arg(long, value_name = "X", alias = "weight_decay", help_heading = "Optimiser")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) weight_decay: Option<f64>,

    /// reduce-lr-on-plateau, one-cycle, cosine, step or constant [reduce-lr-on-plateau]
    #[arg(long, value_name = "KIND", alias = "lr_scheduler", help_heading = "Schedule")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) lr_scheduler: Option<String>,
    /// What drives the plateau and chooses best.safetensors: val_accuracy, val_loss or
    /// train_accuracy [val_accuracy]
    #[arg(long, value_name = "QUANTITY", allow_hyphen_values = true, help_heading = "Schedule")]
    pub(crate) monitor: Option<String>,
    /// Plateau: epochs in a row without improvement that are borne [2]
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Schedule")]
    pub(crate) patience: Option<i64>,
    /// Plateau: what a cut multiplies the rate by, in (0, 1) [0.1]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Schedule")]
    pub(crate) factor: Option<f64>,
    /// Epochs to train at most; 0 for no limit [100]
    #[arg(long, value_name = "N", alias = "max_epoch", help_heading = "Schedule")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) max_epoch: Option<i64>,
    /// Plateau: the cut that ends the training; 0 for no limit [6]
    #[arg(long, value_name = "N", alias = "max_reduce", help_heading = "Schedule")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) max_reduce: Option<i64>,

    /// auto, cpu, cuda or cuda:N [auto]
    #[arg(long, allow_hyphen_values = true, help_heading = "Compute")]
    pub(crate) device: Option<String>,
    /// f32, tf32 or bf16 [f32]
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true, help_heading = "Compute")]
    pub(crate) precision: Option<String>,
    /// Threads on the CPU; 0 for as many as the process may use [0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Compute")]
    pub(crate) threads: Option<i64>,
}

/// A seed as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) u64);

impl FromStr for Seed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("random") {
            // The standard library keys each hash map at random, and the empty
            // hash is a function of that key.
            return Ok(Self(RandomState::new().hash_one(())));
        }
        text.parse()
            .map(Self)
            .map_err(|_| "want a number from 0 to 18446744073709551615, or random")
    }
}

fn assignment(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("want KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}
