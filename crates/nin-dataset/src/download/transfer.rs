//! One request for one file, from the first byte to the final name.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::progress::Progress;
use crate::DatasetError;
use crate::known_set::{FILE_NAMES, KnownSet};
use crate::source::Attempt;
use crate::verify::verified;

/// Why a file was not fetched.
pub(super) enum Failure {
    /// The mirror has not given the right file; another one may.
    Mirror(String),
    /// The file cannot be written here, whatever the mirror.
    Write(DatasetError),
}

/// Fetches file number `file` of `set` from `url` into `folder`; its path.
pub(super) fn transfer(
    agent: &ureq::Agent,
    url: &str,
    set: &KnownSet,
    file: usize,
    folder: &Path,
) -> Result<PathBuf, Failure> {
    tracing::info!("Downloading {url}");
    let cannot_write = |source| DatasetError::Write { path: folder.into(), source };
    let response = agent.get(url).call().map_err(|error| Failure::Mirror(error.to_string()))?;
    let mut part = tempfile::Builder::new()
        .prefix(".nin-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(|source| Failure::Write(cannot_write(source)))?;
    receive(response.into_body(), set.stored_limit(file), &mut part)?;

    let stored = fs::read(part.path()).map_err(|source| Failure::Write(cannot_write(source)))?;
    verified(&stored, Path::new(url), set, file)
        .map_err(|error| Failure::Mirror(Attempt::new(url, &error).reason))?;
    // A proxy may have unzipped the file on its way.
    let extension = if stored.starts_with(&[0x1f, 0x8b]) { ".gz" } else { "" };
    let path = folder.join(format!("{}{extension}", FILE_NAMES[file]));
    part.persist(&path).map_err(|error| {
        Failure::Write(DatasetError::Write { path: path.clone(), source: error.error })
    })?;
    Ok(path)
}

/// Writes the body to `part`, at most `limit` bytes of it.
fn receive(body: ureq::Body, limit: u64, part: &mut NamedTempFile) -> Result<(), Failure> {
    let progress = Progress::new(body.content_length());
    let mut body = body.into_reader().take(limit + 1);
    let mut buffer = vec![0; 1 << 16];
    let mut received = 0;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let reason = format!("after {received} bytes: {error}");
                return Err(Failure::Mirror(reason));
            }
        };
        received += count as u64;
        if received > limit {
            return Err(Failure::Mirror(format!("more than {limit} bytes, the file is smaller")));
        }
        part.write_all(&buffer[..count]).map_err(|source| {
            Failure::Write(DatasetError::Write { path: part.path().into(), source })
        })?;
        progress.advance(count as u64);
    }
}
