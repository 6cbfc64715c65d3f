//! What can be wrong with a file of records.

use std::io;

/// What is wrong with a file of CIFAR records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CifarProblem {
    /// No record at all.
    #[error("empty file, want records of {record} bytes")]
    Empty {
        /// Bytes of a record.
        record: usize,
    },
    /// The last record is cut, or the file has other records.
    #[error("{found} bytes are no multiple of {record}, the bytes of a record{}", hint(*record, *found))]
    PartialRecord {
        /// Bytes of a record.
        record: usize,
        /// Bytes of the file.
        found: usize,
    },
    /// More data than the sets have.
    #[error("too large: want at most {limit} bytes")]
    TooLarge {
        /// The most bytes that are read.
        limit: u64,
    },
    /// The system could not read.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
}

/// A guess at what a file with other records is.
fn hint(record: usize, found: usize) -> &'static str {
    match record {
        3073 if found.is_multiple_of(3074) => " (this may be a file of CIFAR-100)",
        3074 if found.is_multiple_of(3073) => " (this may be a file of CIFAR-10)",
        _ => "",
    }
}
