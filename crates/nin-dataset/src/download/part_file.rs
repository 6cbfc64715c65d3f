//! A file that is being fetched, under a temporary name.
//!
//! Its process holds a lock on it, so that another one can tell it from what
//! a killed process has left behind.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::DatasetError;

const PREFIX: &str = ".nin-";
const SUFFIX: &str = ".part";

/// The bytes of a file that are there so far. Removed unless kept.
pub(super) struct PartFile {
    file: NamedTempFile,
    length: u64,
}

impl PartFile {
    /// An empty one in `folder`.
    pub(super) fn create(folder: &Path) -> Result<Self, DatasetError> {
        let cannot_write = |source| DatasetError::Write { path: folder.into(), source };
        loop {
            let file = new_file(folder).map_err(cannot_write)?;
            // Held by another process only while that removes it. Some file systems have
            // no locks; nothing is removed there.
            let is_taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if !is_taken && file.path().exists() {
                return Ok(Self { file, length: 0 });
            }
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), DatasetError> {
        self.file.as_file_mut().write_all(bytes).map_err(self.cannot_write())?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Empties it.
    pub(super) fn restart(&mut self) -> Result<(), DatasetError> {
        self.length = 0;
        let file = self.file.as_file_mut();
        file.set_len(0).and_then(|()| file.rewind()).map_err(self.cannot_write())
    }

    /// All bytes. Read through the same handle, as the lock may be one that
    /// others cannot read through.
    pub(super) fn content(&mut self) -> Result<Vec<u8>, DatasetError> {
        let mut bytes = Vec::new();
        let file = self.file.as_file_mut();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(self.cannot_write())?;
        Ok(bytes)
    }

    /// Gives it its final name once its bytes are safe on the disk.
    pub(super) fn keep_as(self, path: &Path) -> Result<(), DatasetError> {
        let cannot_write = |source| DatasetError::Write { path: path.into(), source };
        self.file.as_file().sync_all().map_err(cannot_write)?;
        self.file.persist(path).map_err(|error| cannot_write(error.error))?;
        sync_folder(path);
        Ok(())
    }

    fn cannot_write(&self) -> impl FnOnce(io::Error) -> DatasetError + use<> {
        let path = self.file.path().to_owned();
        |source| DatasetError::Write { path, source }
    }
}

/// With the rights of an ordinary new file, where temporary ones have fewer.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes the user's umask from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Makes the new name last. Some file systems cannot; the file is good then
/// all the same.
fn sync_folder(path: &Path) {
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Removes the files of processes that were killed.
pub(super) fn remove_leftovers(folder: &Path) {
    for path in part_files(folder) {
        let Ok(file) = File::options().write(true).open(&path) else { continue };
        if is_abandoned(file.try_lock()) && fs::remove_file(&path).is_ok() {
            tracing::info!("Removed {}, which a killed download has left", path.display());
        }
    }
}

/// Whether nobody holds the lock. Where there are no locks nobody can tell.
fn is_abandoned(locked: Result<(), TryLockError>) -> bool {
    locked.is_ok()
}

fn part_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let is_part = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
    };
    files.map(|entry| entry.path()).filter(is_part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_restarts_and_gets_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = PartFile::create(folder.path()).unwrap();
        part.append(b"wrong").unwrap();
        part.restart().unwrap();
        part.append(b"ri").unwrap();
        assert_eq!(part.content().unwrap(), b"ri");
        part.append(b"ght").unwrap();
        assert_eq!((part.len(), part_files(folder.path()).len()), (5, 1));
        let path = folder.path().join("final");
        part.keep_as(&path).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"right");
        assert!(part_files(folder.path()).is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn the_final_file_has_the_rights_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        PartFile::create(folder.path()).unwrap().keep_as(&at("kept")).unwrap();
        File::create(at("ordinary")).unwrap();
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode();
        assert_eq!(mode("kept"), mode("ordinary"));
    }

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let held = PartFile::create(folder.path()).unwrap();
        for name in [".nin-dead.part", ".nin-mine", "mine.part"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join(".nin-folder.part")).unwrap();
        remove_leftovers(folder.path());
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        names.retain(|entry| entry.as_ref().unwrap().path() != held.file.path());
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(held.file.path().exists());
        drop(held);
        assert!(part_files(folder.path()).is_empty());
    }

    #[test]
    fn without_locks_nothing_is_removed() {
        assert!(is_abandoned(Ok(())));
        assert!(!is_abandoned(Err(TryLockError::WouldBlock)));
        let unsupported = io::Error::from(io::ErrorKind::Unsupported);
        assert!(!is_abandoned(Err(TryLockError::Error(unsupported))));
    }
}
