//! What can be wrong with a file of SVHN.

use std::io;

/// What is wrong with a MAT file of SVHN.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MatProblem {
    /// The first bytes are not those of a MAT file of version 5.
    #[error("no MAT file of version 5{0}")]
    NotMat5(&'static str),
    /// The data end early.
    #[error("truncated MAT file")]
    Truncated,
    /// A compressed element that is damaged.
    #[error("corrupt MAT file: {0}")]
    Corrupt(String),
    /// A part of an array that is not as the format has it.
    #[error("bad MAT file: {part}: want {wanted}, found {found}")]
    Part {
        /// Which part, such as `dimensions of X`.
        part: String,
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// More data than the sets have.
    #[error("too large: {part} has {found} bytes, want at most {limit}")]
    TooLarge {
        /// Which part, such as `data of X`.
        part: String,
        /// Bytes that the file claims.
        found: u64,
        /// The most bytes that are read.
        limit: u64,
    },
    /// The file has no such array.
    #[error("no array {0} in the file")]
    NoArray(&'static str),
    /// The system could not read.
    #[error("cannot read: {0}")]
    Io(io::Error),
}

impl MatProblem {
    pub(super) fn part(
        part: impl Into<String>,
        wanted: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Part { part: part.into(), wanted: wanted.into(), found: found.into() }
    }
}

impl From<io::Error> for MatProblem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Corrupt(error.to_string())
            }
            _ => Self::Io(error),
        }
    }
}
