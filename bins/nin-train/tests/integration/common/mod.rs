//! Trainings that take a moment.

mod place;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

pub(crate) use place::{Ended, Place, set};

/// A network that learns a little, from pictures of 8 × 8 pixels.
const SMALL: &str = r#"
[data]
image_size = 8
val = 0.0

[model]
norm = "batch"
last_relu = false
blocks = [{ layers = [
  { channels = 8, kernel_size = 3, padding = 1 },
  { channels = 8 },
  { channels = "classes" },
] }]

[optimizer]
batch_size = 8
lr = 0.1
momentum = 0.9

[schedule]
max_epoch = 1
"#;

impl Place {
    pub(crate) fn nin_train(&self) -> Command {
        self.program(env!("CARGO_BIN_EXE_nin-train"))
    }

    /// A training of the small network, as a command to add flags to.
    pub(crate) fn training(&self) -> Command {
        // Once: another program may be reading it.
        if !self.has("small.toml") {
            self.write("small.toml", SMALL);
        }
        let mut command = self.nin_train();
        command.args(["--config", "small.toml"]);
        command
    }

    /// Trains the small network on one of the small data sets into the folder `run`.
    pub(crate) fn train<S: AsRef<OsStr>>(&self, data: &str, run: &str, flags: &[S]) -> Ended {
        let mut command = self.training();
        command.arg("--dataset").arg(set(data)).args(["--model-base-path", run]).args(flags);
        ended(&mut command)
    }

    /// The bytes of an epoch's weights.
    pub(crate) fn weights(&self, run: impl AsRef<Path>, epoch: usize) -> Vec<u8> {
        self.read(run.as_ref().join(format!("checkpoints/{epoch}.safetensors")))
    }

    /// A column of a run's metrics, as written.
    pub(crate) fn column(&self, run: &str, name: &str) -> Vec<String> {
        let text = self.text(format!("{run}/metrics.csv"));
        let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let index = rows.next().unwrap().iter().position(|&key| key == name).unwrap();
        rows.map(|row| row[index].to_owned()).collect()
    }

    /// A column as numbers.
    pub(crate) fn numbers(&self, run: &str, name: &str) -> Vec<f64> {
        self.column(run, name).iter().map(|text| text.parse().unwrap()).collect()
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    Ended::of(&command.output().unwrap())
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
