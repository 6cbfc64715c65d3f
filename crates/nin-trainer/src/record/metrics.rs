//! `metrics.csv`: one row an epoch, one header, the same after any number of
//! resumes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{EpochRecord, RecordError};
use crate::input::read_file;
use crate::whole_file::write_whole;

/// The first line of `metrics.csv`.
pub const HEADER: &str =
    "epoch,lr,train_loss,train_accuracy,val_loss,val_accuracy,seconds,images_per_second";

/// The most bytes of a `metrics.csv`: half a million epochs.
const LARGEST_BYTES: u64 = 64 << 20;

/// `metrics.csv`, open for appending.
///
/// Numbers have a `.` and the fewest digits that read back as the same `f64`;
/// not-a-number is `NaN`; a missing validation part is an empty field.
#[derive(Debug)]
pub struct MetricsFile {
    path: PathBuf,
    file: File,
}

impl MetricsFile {
    /// Starts a new file; one that already lies at `path` is an error.
    pub fn create(path: &Path) -> Result<Self, RecordError> {
        let mut file = File::create_new(path).map_err(RecordError::at(path))?;
        file.write_all(text(&[]).as_bytes()).map_err(RecordError::at(path))?;
        let path = path.to_path_buf();
        Ok(Self { path, file })
    }

    /// Opens the file of a run that continues after `epoch` and returns the
    /// rows kept: those up to and with `epoch`.
    ///
    /// Later rows (of epochs that no checkpoint remembers) and a half last
    /// line are dropped. A missing file is started anew.
    ///
    /// # Errors
    ///
    /// A damaged line other than the last is an error: it is not ours to drop.
    pub fn resume(path: &Path, epoch: u32) -> Result<(Self, Vec<EpochRecord>), RecordError> {
        let mut records = if path.exists() { read(path)? } else { Vec::new() };
        records.retain(|record| record.epoch <= epoch);
        write_whole(path, text(&records).as_bytes()).map_err(RecordError::at(path))?;

        let file = File::options().append(true).open(path).map_err(RecordError::at(path))?;
        let path = path.to_path_buf();
        Ok((Self { path, file }, records))
    }

    /// Appends the row of one epoch and sees it to the disk.
    pub fn append(&mut self, record: &EpochRecord) -> Result<(), RecordError> {
        // One write, so that a crash leaves a whole row or a line without end.
        self.file
            .write_all(row(record).as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(RecordError::at(&self.path))
    }
}

/// Reads the rows of a `metrics.csv`, in ascending order of epochs.
///
/// # Errors
///
/// A file that cannot be read, and as [`parse`].
pub fn read(path: &Path) -> Result<Vec<EpochRecord>, RecordError> {
    parse(&read_file(path, LARGEST_BYTES).map_err(RecordError::at(path))?, path)
}

/// Reads the rows in the bytes of a `metrics.csv`, in ascending order of
/// epochs; `path` names the file in errors.
///
/// A last line without its end is what a crash leaves and is skipped. A row
/// whose epoch is not above those before it replaces them: it was written later.
///
/// # Errors
///
/// The first line that [`text`] would not write.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Vec<EpochRecord>, RecordError> {
    // Cut at the last line end before decoding: a half line may be half a character.
    let end = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let text = String::from_utf8_lossy(&bytes[..end]);
    let error = |line: usize, got: &str, wanted| RecordError::Metrics {
        path: path.to_path_buf(),
        line,
        got: got.to_owned(),
        wanted,
    };

    let mut records: Vec<EpochRecord> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if index == 0 {
            if line != HEADER {
                return Err(error(1, line, HEADER));
            }
            continue;
        }
        let record = parse_row(line).ok_or_else(|| error(index + 1, line, "eight numbers"))?;
        while records.last().is_some_and(|last| last.epoch >= record.epoch) {
            records.pop();
        }
        records.push(record);
    }
    Ok(records)
}

/// The text of a `metrics.csv` with these rows.
pub fn text(records: &[EpochRecord]) -> String {
    let rows: String = records.iter().map(row).collect();
    format!("{HEADER}\n{rows}")
}

fn row(record: &EpochRecord) -> String {
    // `{:?}` is the shortest text that reads back as the same number, with an
    // exponent where plain digits would run long.
    let optional = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:?}"));
    format!(
        "{},{:?},{:?},{:?},{},{},{:?},{:?}\n",
        record.epoch,
        record.lr,
        record.train_loss,
        record.train_accuracy,
        optional(record.val_loss),
        optional(record.val_accuracy),
        record.seconds,
        record.images_per_second,
    )
}

fn parse_row(line: &str) -> Option<EpochRecord> {
    let fields: Vec<&str> = line.split(',').collect();
    let [epoch, lr, train_loss, train_accuracy, val_loss, val_accuracy, seconds, rate] =
        fields[..].try_into().ok()?;
    let optional = |field: &str| match field {
        "" => Some(None),
        _ => field.parse().ok().map(Some),
    };
    Some(EpochRecord {
        epoch: epoch.parse().ok()?,
        lr: lr.parse().ok()?,
        train_loss: train_loss.parse().ok()?,
        train_accuracy: train_accuracy.parse().ok()?,
        val_loss: optional(val_loss)?,
        val_accuracy: optional(val_accuracy)?,
        seconds: seconds.parse().ok()?,
        images_per_second: rate.parse().ok()?,
    })
}
