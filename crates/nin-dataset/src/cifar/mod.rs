//! The binary records of CIFAR-10 and CIFAR-100.
//!
//! A file is records of one length and nothing else. A record is one label
//! byte in CIFAR-10, or the labels of the coarse and the fine class in
//! CIFAR-100; then 32×32 red values row by row, as many green, as many blue.

mod class_names;
mod problem;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(crate) use class_names::{CIFAR10_CLASSES, CIFAR100_CLASSES};
pub use problem::CifarProblem;

use crate::{DatasetError, Images, UncheckedImages};

/// Height and width of every picture.
const SIZE: usize = 32;

/// Values of one colour of a picture.
const PLANE: usize = SIZE * SIZE;

const CHANNELS: usize = 3;

/// More than the largest file, the 153,700,000 bytes of CIFAR-100's train.bin.
const MAX_BYTES: u64 = 1 << 28;

/// Which of the two record layouts a file has; nothing in it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CifarLayout {
    /// CIFAR-10: records of 3,073 bytes, one label before the picture.
    OneLabel,
    /// CIFAR-100: records of 3,074 bytes, the coarse label before the fine
    /// one, which is the label.
    CoarseAndFineLabel,
}

impl CifarLayout {
    /// Label bytes of a record; the last of them is the label.
    fn label_bytes(self) -> usize {
        match self {
            Self::OneLabel => 1,
            Self::CoarseAndFineLabel => 2,
        }
    }

    /// Bytes of a record.
    fn record_bytes(self) -> usize {
        self.label_bytes() + CHANNELS * PLANE
    }
}

/// Reads a file of records.
///
/// # Errors
///
/// [`DatasetError::Cifar`] with the path and the problem.
pub fn read_file(path: &Path, layout: CifarLayout) -> Result<UncheckedImages, DatasetError> {
    File::open(path)
        .map_err(CifarProblem::from)
        .and_then(|file| read(file, layout))
        .map_err(|problem| DatasetError::Cifar { path: path.into(), problem })
}

/// Reads records to their end, at least one. Memory grows with the data that
/// are there.
///
/// # Shapes
///
/// The pictures are N, 32, 32, 3 (channels-last), as everywhere in this crate.
///
/// # Errors
///
/// Data that are no whole records, none, or more than 256 MiB.
pub fn read(reader: impl Read, layout: CifarLayout) -> Result<UncheckedImages, CifarProblem> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let record = layout.record_bytes();
    if bytes.is_empty() {
        return Err(CifarProblem::Empty { record });
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CifarProblem::TooLarge { limit: MAX_BYTES });
    }
    if bytes.len() % record != 0 {
        return Err(CifarProblem::PartialRecord { record, found: bytes.len() });
    }
    Ok(decode(&bytes, layout))
}

/// Whole records, taken apart.
fn decode(bytes: &[u8], layout: CifarLayout) -> UncheckedImages {
    let records = bytes.chunks_exact(layout.record_bytes());
    let count = records.len();
    let mut labels = Vec::with_capacity(count);
    let mut pixels = Vec::with_capacity(count * CHANNELS * PLANE);
    for record in records {
        let (label, planes) = record.split_at(layout.label_bytes());
        labels.push(i64::from(label[label.len() - 1]));
        let (red, rest) = planes.split_at(PLANE);
        let (green, blue) = rest.split_at(PLANE);
        for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
            pixels.extend([red, green, blue]);
        }
    }
    let images = Images::new(count, (SIZE, SIZE, CHANNELS), pixels);
    UncheckedImages { images: images.expect("the size limit keeps the count small"), labels }
}
