//! Whether a run has room on the disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::RunFolder;
use crate::TrainError;
use crate::whole_file::TEMPORARY_SUFFIX;

const TRIAL: &str = "trial-";

impl RunFolder {
    /// Fails where files of these sizes in bytes have no room together: writes
    /// them, and removes them again.
    pub(crate) fn check_room(&self, sizes: &[usize]) -> Result<(), TrainError> {
        let paths = (1..).map(|n| format!("{TRIAL}{n}{TEMPORARY_SUFFIX}"));
        let files: Vec<_> =
            sizes.iter().zip(paths.map(|name| self.checkpoints().join(name))).collect();
        let written = files.iter().try_for_each(|(bytes, path)| fill(path, **bytes));
        for (_, path) in &files {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(TrainError::Write { path: path.clone(), source: error });
                }
                _ => {}
            }
        }
        let bytes = sizes.iter().sum();
        let path = self.checkpoints();
        written.map_err(|source| TrainError::NoRoom { path, bytes, source })
    }
}

/// Whether this is a name that [`RunFolder::check_room`] gives.
pub(super) fn is_trial(name: &str) -> bool {
    name.strip_prefix(TRIAL).is_some_and(|number| number.parse::<usize>().is_ok())
}

/// Writes a file of so many bytes, none of them promised without being there.
fn fill(path: &Path, bytes: usize) -> io::Result<()> {
    let block = [0x5a; 1 << 16];
    let mut file = File::create(path)?;
    let mut left = bytes;
    while left > 0 {
        let count = left.min(block.len());
        file.write_all(&block[..count])?;
        left -= count;
    }
    Ok(())
}
