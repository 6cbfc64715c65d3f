//! One program at a time in a run's folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::TrainError;

/// The file that is locked. It stays behind: the lock is the system's and ends with
/// the program, however that ends.
pub(super) const LOCK_FILE: &str = ".lock";

/// A folder that no other program writes to until this is dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// # Errors
    ///
    /// A folder that another program has locked, or that cannot be written to.
    pub(super) fn take(folder: &Path) -> Result<Self, TrainError> {
        let path = folder.join(LOCK_FILE);
        let opened = File::options().create(true).read(true).append(true).open(&path);
        let file = opened.map_err(TrainError::writing(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let text = format!("{}: another program is training there", folder.display());
                return Err(TrainError::Usage(text));
            }
            // A file system over a network may have no locks.
            Err(TryLockError::Error(error)) => {
                tracing::warn!("{}: cannot be locked: {error}", path.display());
            }
        }
        Ok(Self { _file: file })
    }
}
