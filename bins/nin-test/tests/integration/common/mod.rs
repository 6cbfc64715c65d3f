//! Runs that are there to be tested.

#[allow(dead_code, reason = "the tests of nin-train use the rest")]
#[path = "../../../../nin-train/tests/integration/common/place.rs"]
mod place;
mod safetensors;

use std::path::Path;
use std::process::Command;

use nin_trainer::{ConfigSource, Console, Interrupt, Start, Verbosity, train};

pub(crate) use place::{Ended, Place, set};
pub(crate) use safetensors::{Entry, Safetensors, bf16, f16};

/// A kernel as large as a picture, which tells the pictures of small sets apart in a
/// few epochs.
const SMALL: &str = r#"
[data]
image_size = 14
val = 0.0
mean = "train"
std = "train"

[model]
norm = "batch"
last_relu = false
blocks = [{ layers = [
  { channels = 8, kernel_size = 14 },
  { channels = "classes" },
] }]

[optimizer]
batch_size = 8
lr = 0.3
momentum = 0.9

[schedule]
max_epoch = 5
"#;

impl Place {
    /// A place with a run of five epochs on `tiny_ok` in the folder `run`.
    pub(crate) fn with_run() -> Self {
        let place = Self::new();
        place.write("small.toml", SMALL);
        let mut source = ConfigSource::read(&place.path("small.toml")).unwrap();
        source.set_path("", "data.dataset", &set("tiny_ok")).unwrap();
        source.set_path("", "run.model_base_path", &place.path("run")).unwrap();
        let console = Console::new(Verbosity::Quiet);
        train(&source.resolve().unwrap(), &Start::New, &console, &Interrupt::default()).unwrap();
        place
    }

    pub(crate) fn nin_test(&self, model_path: impl AsRef<Path>) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_nin-test"));
        command.arg("--model-path").arg(model_path.as_ref());
        command
    }

    /// The run's last checkpoint, to be changed.
    pub(crate) fn checkpoint(&self) -> Safetensors {
        Safetensors::parse(&self.read("run/checkpoints/5.safetensors"))
    }

    /// Tests a changed checkpoint.
    pub(crate) fn test(&self, changed: &Safetensors) -> Ended {
        self.write("changed.safetensors", changed.to_bytes());
        ended(&mut self.nin_test("changed.safetensors"))
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    Ended::of(&command.output().unwrap())
}

/// The part of a test's words that is its result: all below the banner.
pub(crate) fn result(ended: &Ended) -> &str {
    &ended.out[ended.out.find("Loss: ").unwrap_or_else(|| panic!("{}", ended.out))..]
}

/// Loss and pictures that were recognised.
pub(crate) fn numbers(ended: &Ended) -> (f64, f64) {
    let result = result(ended);
    let loss = result.lines().next().unwrap().strip_prefix("Loss: ").unwrap();
    let (before, percent) = result.trim_end().rsplit_once(": ").unwrap();
    let images = before.split_once(" on the ").unwrap().1.split(' ').next().unwrap();
    let share: f64 = percent.strip_suffix('%').unwrap().parse().unwrap();
    (loss.parse().unwrap(), (share * images.parse::<f64>().unwrap() / 100.0).round())
}
