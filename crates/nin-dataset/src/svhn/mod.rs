//! The cropped digits of SVHN, Street View House Numbers ("format 2").
//!
//! A MAT file of version 5 with two arrays: X, the pictures, unsigned bytes of
//! 32 × 32 × 3 × N in column-major order; and y, a label for each, 10 for the
//! digit 0. Of the three parts of the set this crate uses train and test, not
//! the easier `extra`.

mod mat;
mod problem;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

pub use problem::MatProblem;

use crate::{DatasetError, Images, UncheckedImages};
use mat::{MatArray, Wanted};

/// Height and width of every picture.
const SIZE: usize = 32;

const CHANNELS: usize = 3;

/// Its limit is above the largest array, the 225,045,504 bytes of train_32x32.mat.
const PICTURES: Wanted = Wanted { name: "X", max_bytes: 1 << 28 };

/// Its limit is above a double for each picture that fits there. A label takes
/// eight bytes here, however few it has in the file.
const LABELS: Wanted = Wanted { name: "y", max_bytes: 1 << 20 };

/// The type of unsigned bytes in a MAT file.
const UINT8: u32 = 2;

/// Reads a file of cropped digits.
///
/// # Errors
///
/// [`DatasetError::Svhn`] with the path and the problem.
pub fn read_file(path: &Path) -> Result<UncheckedImages, DatasetError> {
    File::open(path)
        .map_err(MatProblem::from)
        .and_then(|file| read(BufReader::with_capacity(1 << 16, file)))
        .map_err(|problem| DatasetError::Svhn { path: path.into(), problem })
}

/// Reads the digits of a MAT file. The label 10 becomes 0, the digit.
///
/// Memory grows with the data that are there, compressed or not; at most 256 MiB
/// of pictures and 1 MiB of labels are read.
///
/// # Shapes
///
/// The pictures are N, 32, 32, 3 (channels-last), as everywhere in this crate.
///
/// # Errors
///
/// Every fault of the data has its own [`MatProblem`].
pub fn read(reader: impl Read) -> Result<UncheckedImages, MatProblem> {
    let [pictures, labels] = mat::read_arrays(reader, [PICTURES, LABELS])?;
    let (images, labels) = (images(&pictures)?, digits(&labels)?);
    Ok(UncheckedImages { images, labels })
}

fn images(array: &MatArray) -> Result<Images, MatProblem> {
    // MATLAB leaves out a last dimension of 1.
    let count = match array.dims[..] {
        [SIZE, SIZE, CHANNELS] => 1,
        [SIZE, SIZE, CHANNELS, count] => count,
        _ => {
            let found = format!("{:?}", array.dims);
            return Err(MatProblem::part("dimensions of X", "[32, 32, 3, N]", found));
        }
    };
    if array.element_type != UINT8 {
        let found = format!("type {}", array.element_type);
        return Err(MatProblem::part("data of X", "unsigned bytes (type 2)", found));
    }
    check_bytes("X", array, 1)?;
    let picture_bytes = SIZE * SIZE * CHANNELS;
    let mut bytes = vec![0; array.bytes.len()];
    let stored = array.bytes.chunks_exact(picture_bytes);
    for (out, stored) in bytes.chunks_exact_mut(picture_bytes).zip(stored) {
        for (position, pixel) in out.chunks_exact_mut(CHANNELS).enumerate() {
            let (row, column) = (position / SIZE, position % SIZE);
            for (channel, value) in pixel.iter_mut().enumerate() {
                *value = stored[row + SIZE * (column + SIZE * channel)];
            }
        }
    }
    let images = Images::new(count, (SIZE, SIZE, CHANNELS), bytes);
    Ok(images.expect("the size limit keeps the count small"))
}

fn digits(array: &MatArray) -> Result<Vec<i64>, MatProblem> {
    fn decoded<const B: usize>(bytes: &[u8], decode: fn([u8; B]) -> f64) -> Vec<f64> {
        let (chunks, _) = bytes.as_chunks::<B>();
        chunks.iter().map(|&chunk| decode(chunk)).collect()
    }
    // MATLAB stores doubles that are small whole numbers as these.
    let bytes = &array.bytes;
    let (element_bytes, labels) = match array.element_type {
        1 => (1, decoded(bytes, |b| i8::from_le_bytes(b).into())),
        UINT8 => (1, decoded(bytes, |b: [u8; 1]| b[0].into())),
        3 => (2, decoded(bytes, |b| i16::from_le_bytes(b).into())),
        4 => (2, decoded(bytes, |b| u16::from_le_bytes(b).into())),
        5 => (4, decoded(bytes, |b| i32::from_le_bytes(b).into())),
        6 => (4, decoded(bytes, |b| u32::from_le_bytes(b).into())),
        9 => (8, decoded(bytes, f64::from_le_bytes)),
        other => {
            let found = format!("type {other}");
            return Err(MatProblem::part("data of y", "integers or doubles", found));
        }
    };
    check_bytes("y", array, element_bytes)?;
    let digit = |(index, &label): (usize, &f64)| match label {
        10.0 => Ok(0),
        // Beyond this range labels are of no class, and no whole numbers for sure.
        _ if label.fract() == 0.0 && label.abs() < 1e9 => Ok(label as i64),
        _ => {
            let part = format!("label at index {index}");
            Err(MatProblem::part(part, "a digit", label.to_string()))
        }
    };
    labels.iter().enumerate().map(digit).collect()
}

/// Fails unless the data of an array are as long as its dimensions say.
fn check_bytes(name: &str, array: &MatArray, element_bytes: usize) -> Result<(), MatProblem> {
    let wanted = array.dims.iter().try_fold(element_bytes, |bytes, &dim| bytes.checked_mul(dim));
    if wanted == Some(array.bytes.len()) {
        return Ok(());
    }
    let wanted = wanted.map_or("fewer dimensions".into(), |wanted| format!("{wanted} bytes"));
    let found = format!("{} bytes", array.bytes.len());
    Err(MatProblem::part(format!("data of {name}"), wanted, found))
}
