//! The IDX format of MNIST: a reader for every element type and rank, plain
//! or gzipped.
//!
//! Big-endian magic: two zero bytes, a type code, the number of dimensions;
//! then one 4-byte big-endian size each; then row-major data.

mod array;
mod gzip;
mod header;
mod problem;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use array::{IdxArray, IdxData};
pub use problem::IdxProblem;

use crate::DatasetError;
use gzip::Content;
use header::Header;

/// How far bytes after the data are counted for the error message.
const COUNTED_TRAILING_BYTES: u64 = 4096;

/// The most bytes of data that are read, those of 160,000 pictures of 224 × 224: a small
/// gzip file can hold any number of zeros, as many as its header claims.
const LARGEST_BYTES: u64 = 8 << 30;

/// Reads an IDX file, plain or gzipped, whatever its name.
///
/// # Errors
///
/// [`DatasetError::Idx`] with the path and the problem.
pub fn read_file(path: &Path) -> Result<IdxArray, DatasetError> {
    let named_gz = path.extension().is_some_and(|extension| extension == "gz");
    File::open(path)
        .map_err(IdxProblem::from)
        .and_then(read)
        .map_err(|problem| match problem {
            IdxProblem::TruncatedHeader { found: 0, .. } if named_gz => IdxProblem::TruncatedGzip,
            other => other,
        })
        .map_err(|problem| DatasetError::Idx { path: path.into(), problem })
}

/// Reads IDX data, plain or gzipped, to their end.
///
/// Whether the data are gzipped is decided by their first bytes. Gzip data
/// may have several members; each checksum and length is verified. Memory
/// grows with the data that are there, never with what the header claims.
///
/// # Errors
///
/// Every fault of the data has its own [`IdxProblem`].
pub fn read(reader: impl Read) -> Result<IdxArray, IdxProblem> {
    read_at_most(reader, LARGEST_BYTES)
}

fn read_at_most(reader: impl Read, limit: u64) -> Result<IdxArray, IdxProblem> {
    let mut content = Content::open(reader)?;
    let (header, wanted) = match read_header(&mut content) {
        Ok(read) => read,
        // A damaged gzip stream explains a strange header.
        Err(problem) => return Err(content.gzip_problem().unwrap_or(problem)),
    };
    let mut bytes = Vec::new();
    // One byte more than wanted: it shows trailing data, and at the end of a
    // gzip stream it makes the decoder verify the trailer.
    content.by_ref().take(wanted.min(limit) + 1).read_to_end(&mut bytes)?;
    let found = bytes.len() as u64;
    if found > limit {
        return Err(IdxProblem::TooLarge { wanted, limit });
    }
    if found < wanted {
        return Err(IdxProblem::Truncated { wanted, found });
    }
    if found > wanted {
        let further =
            std::io::copy(&mut content.take(COUNTED_TRAILING_BYTES - 1), &mut std::io::sink())?;
        let found = further + 1;
        return Err(IdxProblem::TrailingData {
            found,
            counted_all: found < COUNTED_TRAILING_BYTES,
        });
    }
    Ok(IdxArray::from_big_endian(header, bytes))
}

/// The header and the number of bytes that follow it.
fn read_header<R: Read>(content: &mut Content<R>) -> Result<(Header, u64), IdxProblem> {
    let header = Header::read(content)?;
    let wanted = header.data_bytes()?;
    Ok((header, wanted))
}

/// Unzips `reader` when it is gzipped; at most `limit` bytes are returned.
pub(crate) fn unzipped(reader: impl Read, limit: u64) -> Result<Vec<u8>, IdxProblem> {
    let mut bytes = Vec::new();
    Content::open(reader)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
