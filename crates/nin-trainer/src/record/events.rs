//! TensorBoard event files.
//!
//! Written here because the format takes a page, while `tensorboard-rs` 0.5
//! brings protobuf 2 and image 0.23, and `tboard` 0.1 an old prost.

mod encoding;

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{EpochRecord, RecordError};
use encoding::{file_version, frame, scalars, session_start};

/// A TensorBoard event file, open for appending.
///
/// Tags, with the epoch as step: `lr`, `Loss/train`, `Loss/val`,
/// `Accuracy/train`, `Accuracy/val`. Values are 32-bit floats, as the format
/// has them; NaN is written and TensorBoard marks it.
#[derive(Debug)]
pub struct EventsFile {
    path: PathBuf,
    file: File,
}

impl EventsFile {
    /// Starts a new event file in `folder`.
    pub fn create(folder: &Path) -> Result<Self, RecordError> {
        let (path, file) = create_file(folder)?;
        let mut events = Self { path, file };
        events.write(&file_version(now_secs()))?;
        Ok(events)
    }

    /// Starts a new event file for a run that continues after `epoch`, beside
    /// those of its earlier parts; TensorBoard reads them as one run.
    ///
    /// The file opens with a session start at step `epoch + 1`. On it
    /// TensorBoard purges points of that step and later: those of epochs that
    /// were trained after the checkpoint, and are about to be trained again.
    pub fn resume(folder: &Path, epoch: u32) -> Result<Self, RecordError> {
        let mut events = Self::create(folder)?;
        events.write(&session_start(now_secs(), i64::from(epoch) + 1))?;
        Ok(events)
    }

    /// Appends the values of one epoch and flushes.
    pub fn append(&mut self, record: &EpochRecord) -> Result<(), RecordError> {
        self.write(&scalars(now_secs(), record))
    }

    /// The file written to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, event: &[u8]) -> Result<(), RecordError> {
        // One unbuffered write: TensorBoard waits at a half record, and finds
        // the rest when it is there.
        self.file.write_all(&frame(event)).map_err(RecordError::at(&self.path))
    }
}

/// `events.out.tfevents.<unix seconds>.<host>.<process>.<number>`, the first
/// number that is free. TensorBoard reads a folder's files in order of name.
fn create_file(folder: &Path) -> Result<(PathBuf, File), RecordError> {
    let seconds = now_secs() as u64;
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let host = if host.is_empty() { "nin" } else { &host };
    let process = std::process::id();
    let mut number = 0;
    loop {
        let name = format!("events.out.tfevents.{seconds:010}.{host}.{process}.{number}");
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(RecordError::at(&path)(error)),
        }
    }
}

fn now_secs() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
