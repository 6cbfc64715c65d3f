//! Files that the user names, read within limits.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::TrainError;

/// The most bytes of a checkpoint or a state: the weights and momentum of 500 million
/// numbers, of which this program's largest network has 8.
const LARGEST_CHECKPOINT_BYTES: u64 = 4 << 30;

/// Reads a checkpoint or a state.
///
/// # Errors
///
/// What is no file or cannot be read, and a file too large to be a checkpoint.
pub(crate) fn read_checkpoint(path: &Path) -> Result<Vec<u8>, TrainError> {
    read_file(path, LARGEST_CHECKPOINT_BYTES).map_err(TrainError::reading(path))
}

/// As [`read_at_most`], of a file and nothing else: a device may be endless, and a
/// pipe wait for ever.
pub(crate) fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
    }
    read_at_most(path, limit)
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let text = format!("larger than {limit} bytes, which is the most that is read");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"1234").unwrap();
        assert_eq!(read_at_most(&path, 4).unwrap(), b"1234");
        let error = read_at_most(&path, 3).unwrap_err();
        assert!(error.to_string().contains("larger than 3 bytes"), "{error}");
        assert_eq!(read_checkpoint(&path).unwrap(), b"1234");
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let error = read_checkpoint(Path::new(".")).unwrap_err();
        assert_eq!(error.to_string(), ".: not a file");
        #[cfg(unix)]
        {
            assert!(read_checkpoint(Path::new("/dev/zero")).is_err());
            assert!(read_at_most(Path::new("/dev/zero"), 1 << 16).is_err());
        }
    }
}
