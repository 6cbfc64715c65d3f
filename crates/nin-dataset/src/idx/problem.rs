//! What can be wrong with IDX data.

use std::io;

use super::gzip::GzipFault;

/// What is wrong with IDX data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxProblem {
    /// The data end inside of the header.
    #[error("truncated header: want {wanted} bytes, found {found}")]
    TruncatedHeader {
        /// Bytes the header takes as far as it is known.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// The data end before the last element.
    #[error("truncated data: want {wanted} bytes, found {found}")]
    Truncated {
        /// Bytes the header asks for.
        wanted: u64,
        /// Bytes that follow the header.
        found: u64,
    },
    /// Bytes after the last element.
    #[error("trailing data: {}{found} bytes too many", if *counted_all { "" } else { "at least " })]
    TrailingData {
        /// Bytes after the last element, counted up to a limit.
        found: u64,
        /// Whether the count reached the end of the data.
        counted_all: bool,
    },
    /// The first four bytes are not those of IDX.
    #[error("bad magic {:02x} {:02x} {:02x} {:02x}, want 00 00 <type> <rank>{hint}", found[0], found[1], found[2], found[3])]
    BadMagic {
        /// The first four bytes.
        found: [u8; 4],
        /// A guess at what the data are; may be empty.
        hint: &'static str,
    },
    /// A type code that IDX does not define.
    #[error("unsupported dtype 0x{0:02X}, want 0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E")]
    UnsupportedType(u8),
    /// Another number of dimensions than asked for.
    #[error("wrong rank: want {wanted}, found {found}")]
    WrongRank {
        /// What was asked for, such as `3 (pictures)`.
        wanted: &'static str,
        /// Dimensions in the header.
        found: usize,
    },
    /// Sizes whose product no memory can hold.
    #[error("size overflow: {dims:?} elements")]
    Overflow {
        /// The sizes in the header.
        dims: Vec<usize>,
    },
    /// Data that are larger than any that this crate reads.
    #[error("too large: want {wanted} bytes, at most {limit} are read")]
    TooLarge {
        /// Bytes the header asks for.
        wanted: u64,
        /// The most that are read.
        limit: u64,
    },
    /// The gzip stream ends early.
    #[error("truncated gzip")]
    TruncatedGzip,
    /// The gzip stream is damaged, or its checksum or length is wrong.
    #[error("corrupt gzip: {0}")]
    CorruptGzip(String),
    /// Bytes after the last gzip member.
    #[error("trailing data after the gzip stream")]
    TrailingAfterGzip,
    /// The system could not read.
    #[error("cannot read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for IdxProblem {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<GzipFault>()) {
            Some(GzipFault::Truncated) => Self::TruncatedGzip,
            Some(GzipFault::Corrupt(message)) => Self::CorruptGzip(message.clone()),
            Some(GzipFault::AfterLastMember) => Self::TrailingAfterGzip,
            None => Self::Io(error),
        }
    }
}
