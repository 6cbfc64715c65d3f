//! A place for a program to run in, and what it left there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder that is the current one and the home of the programs that run
/// in it: nothing of the user's is found.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn has(&self, name: impl AsRef<Path>) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn program(&self, executable: &str) -> Command {
        let mut command = Command::new(executable);
        command.current_dir(self.path(""));
        for variable in ["HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env(variable, self.path("home"));
        }
        for variable in ["RUST_LOG", "RUST_BACKTRACE", "RAYON_NUM_THREADS", "NIN_SIMD", "TZ"] {
            command.env_remove(variable);
        }
        command
    }
}

/// What a program left: its exit code and its words.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// No program may ever panic, nor send a terminal anything but text and line ends.
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        for text in [&out, &err] {
            assert!(!text.contains("panicked"), "{text}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
        Self { code: output.status.code(), out, err }
    }

    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    /// Ended with exit code `code` and a message that has all of `parts`.
    pub(crate) fn badly(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        for part in parts {
            assert!(self.err.contains(part), "{part:?} not in {}", self.err);
        }
        self
    }

    /// The value of a row of the banner.
    pub(crate) fn banner(&self, key: &str) -> String {
        let is_row = |line: &&str| line.contains(&format!(" {key} : "));
        let line = self.out.lines().find(is_row).unwrap_or_else(|| panic!("{key}: {}", self.out));
        line.split_once(" : ").unwrap().1.to_owned()
    }
}

/// A small data set that is kept with the tests of the data sets.
pub(crate) fn set(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    workspace.join("crates/nin-dataset/tests/data/sets").join(name)
}
