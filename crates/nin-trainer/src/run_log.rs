//! The log of a run as a file in its folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::TrainError;

/// A place to write a log before its file can exist: what comes first is kept in
/// memory and written when the run's folder is there.
///
/// Clones write to the same place. A program whose log should land in
/// `train.log` writes it to [`Console::log`](crate::Console::log) as well.
#[derive(Clone, Debug, Default)]
pub struct RunLog {
    target: Arc<Mutex<Target>>,
}

#[derive(Debug)]
enum Target {
    Memory(Vec<u8>),
    File(File, PathBuf),
    /// A file that could not be written; nothing more is tried.
    Failed(io::Error, PathBuf),
}

impl Default for Target {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

/// The most that is kept in memory, for a program that never opens a file.
const MEMORY_BYTES: usize = 1 << 20;

impl RunLog {
    /// Goes on in a file, behind what it holds.
    pub(crate) fn open(&self, path: &Path) -> Result<(), TrainError> {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let mut file = opened.map_err(TrainError::writing(path))?;
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        if let Target::Memory(kept) = mem::take(&mut *target) {
            file.write_all(&kept).map_err(TrainError::writing(path))?;
        }
        *target = Target::File(file, path.to_owned());
        Ok(())
    }

    /// Fails, once, if a line has been lost.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::take(&mut *target) {
            Target::Failed(source, path) => Err(TrainError::Write { path, source }),
            fine => {
                *target = fine;
                Ok(())
            }
        }
    }
}

impl Write for RunLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *target {
            Target::File(file, path) => {
                if let Err(error) = file.write_all(bytes) {
                    *target = Target::Failed(error, mem::take(path));
                }
            }
            Target::Memory(kept) => {
                let room = MEMORY_BYTES - kept.len();
                kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Target::Failed(..) => {}
        }
        // What went wrong is told by `check`, not by the line that met it.
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_before_the_file_is_in_it_and_a_second_run_goes_on_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train.log");
        for run in ["one", "two"] {
            let log = RunLog::default();
            write!(log.clone(), "{run} before, ").unwrap();
            log.open(&path).unwrap();
            writeln!(log.clone(), "after").unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "one before, after\ntwo before, after\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_log_that_cannot_be_written_is_an_error_once() {
        let log = RunLog::default();
        log.open(Path::new("/dev/full")).unwrap();
        assert!(log.check().is_ok());
        write!(log.clone(), "a line").unwrap();
        write!(log.clone(), "another").unwrap();
        let error = log.check().unwrap_err();
        assert!(error.to_string().starts_with("cannot write /dev/full: No space left"), "{error}");
        assert!(log.check().is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let mut log = RunLog::default();
        for _ in 0..3 {
            assert_eq!(log.write(&vec![b'x'; MEMORY_BYTES / 2 + 1]).unwrap(), MEMORY_BYTES / 2 + 1);
        }
        let target = log.target.lock().unwrap();
        assert!(matches!(&*target, Target::Memory(kept) if kept.len() == MEMORY_BYTES));
    }
}
