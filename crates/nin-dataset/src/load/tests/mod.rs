//! Folders of the user's own files, and named sets in the places of a test.

mod named;
mod own;
mod unpacked;

use std::path::{Path, PathBuf};

use crate::*;

/// A set among the test data.
fn set(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sets").join(name)
}

fn config(folder: &Path) -> DataConfig {
    DataConfig { dataset: DatasetName::Folder(folder.into()), ..DataConfig::default() }
}
