//! A run of three epochs that is ended and resumed.

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Place;

/// A network of batch norm, dropout and momentum that trains in a moment, on the
/// pictures in the program.
const CONFIG: &str = r#"
[data]
dataset = "fashion-mnist-sample"
image_size = 10

[model]
norm = "batch"
last_relu = false
blocks = [
  { layers = [{ channels = 8, kernel_size = 3, padding = 1 }, { channels = 8 }], dropout = 0.2 },
  { layers = [{ channels = "classes" }] },
]

[optimizer]
batch_size = 50
lr = 0.1
momentum = 0.9

[schedule]
max_epoch = 3
"#;

/// A place with the configuration.
pub(crate) fn place() -> Place {
    let place = Place::new();
    place.write("tiny.toml", CONFIG);
    place
}

/// The arguments of a new run in a folder.
pub(crate) fn start(run: &str) -> Vec<String> {
    ["--config", "tiny.toml", "--model-base-path", run].map(str::to_owned).into()
}

/// The arguments that continue the run in a folder.
pub(crate) fn resume(run: &str) -> Vec<String> {
    ["--resume", run].map(str::to_owned).into()
}

/// With another number of epochs; many leave time to end the run in the middle.
pub(crate) fn epochs(mut arguments: Vec<String>, count: usize) -> Vec<String> {
    arguments.extend(["--max-epoch".to_owned(), count.to_string()]);
    arguments
}

impl Place {
    pub(crate) fn command(&self, arguments: &[String]) -> Command {
        let mut command = self.nin_train();
        command.args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[String]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts the program and waits until it has made a file.
    pub(crate) fn start_until(&self, arguments: &[String], file: &str) -> Child {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.has(file) {
            assert!(Instant::now() < deadline, "{file} did not come");
            assert!(child.try_wait().unwrap().is_none(), "ended before {file}");
            thread::sleep(Duration::from_millis(1));
        }
        child
    }

    /// The last weights of a run of so many epochs, and its metrics without their times.
    pub(crate) fn outcome(&self, run: &str, epochs: usize) -> (Vec<u8>, Vec<String>) {
        let metrics = fs::read_to_string(self.path(run).join("metrics.csv")).unwrap();
        let timeless = |row: &str| row.split(',').take(6).collect::<Vec<_>>().join(",");
        (self.weights(run, epochs), metrics.lines().map(timeless).collect())
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Succeeds, and says nothing of a panic.
pub(crate) fn assert_success(output: &Output) {
    let message = stderr(output);
    assert!(output.status.success(), "{}: {message}", output.status);
    assert!(!message.contains("panicked"), "{message}");
}
