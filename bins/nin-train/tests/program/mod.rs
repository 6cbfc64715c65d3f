//! The program on a small run in a folder of its own.
#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// A folder with a configuration, where runs are made.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tiny.toml"), CONFIG).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The arguments of a new run in the folder `name`.
    pub(crate) fn start(&self, name: &str) -> Vec<String> {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        ["--config".into(), path("tiny.toml"), "--model-base-path".into(), path(name)].into()
    }

    /// The arguments that continue the run in the folder `name`.
    pub(crate) fn resume(&self, name: &str) -> Vec<String> {
        vec!["--resume".into(), self.path(name).to_str().unwrap().into()]
    }

    /// The last weights of a run, and its metrics without their times.
    pub(crate) fn outcome(&self, name: &str) -> (Vec<u8>, Vec<String>) {
        let run = self.path(name);
        let metrics = fs::read_to_string(run.join("metrics.csv")).unwrap();
        let timeless = |row: &str| row.split(',').take(6).collect::<Vec<_>>().join(",");
        let weights = fs::read(run.join("checkpoints/3.safetensors")).unwrap();
        (weights, metrics.lines().map(timeless).collect())
    }
}

/// The program, which has its caches below the folder of temporary files.
pub(crate) fn program(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nin-train"));
    command.args(arguments).env_remove("RUST_LOG").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[String]) -> Output {
    program(arguments).output().unwrap()
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

/// Starts the program and waits until it has made a file.
pub(crate) fn start_until(arguments: &[String], file: &Path) -> Child {
    let mut child =
        program(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !file.exists() {
        assert!(Instant::now() < deadline, "{} did not come", file.display());
        assert!(child.try_wait().unwrap().is_none(), "ended before {}", file.display());
        thread::sleep(Duration::from_millis(1));
    }
    child
}
