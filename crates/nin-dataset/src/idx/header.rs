//! The magic and the sizes at the start of IDX data.

use std::io::Read;

use super::IdxProblem;
use super::gzip::{Content, read_up_to};

/// The element types of IDX with their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElementType {
    U8 = 0x08,
    I8 = 0x09,
    I16 = 0x0B,
    I32 = 0x0C,
    F32 = 0x0D,
    F64 = 0x0E,
}

impl ElementType {
    fn from_code(code: u8) -> Option<Self> {
        [Self::U8, Self::I8, Self::I16, Self::I32, Self::F32, Self::F64]
            .into_iter()
            .find(|&element| element as u8 == code)
    }

    fn bytes(self) -> u64 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Element type and sizes.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) element: ElementType,
    pub(super) dims: Vec<usize>,
}

impl Header {
    pub(super) fn read<R: Read>(content: &mut Content<R>) -> Result<Self, IdxProblem> {
        let start = read_up_to(content, 4)?;
        // A page or pointer of any length is better named than called short.
        let Ok(magic) = <[u8; 4]>::try_from(start.as_slice()) else {
            return Err(IdxProblem::TruncatedHeader { wanted: 4, found: start.len() });
        };
        let [0, 0, code, rank] = magic else {
            return Err(IdxProblem::BadMagic { found: magic, hint: hint(magic) });
        };
        let element = ElementType::from_code(code).ok_or(IdxProblem::UnsupportedType(code))?;
        if rank == 0 {
            return Err(IdxProblem::WrongRank { wanted: "at least 1", found: 0 });
        }
        let wanted = 4 * usize::from(rank);
        let sizes = read_up_to(content, wanted)?;
        if sizes.len() < wanted {
            return Err(IdxProblem::TruncatedHeader { wanted: 4 + wanted, found: 4 + sizes.len() });
        }
        let dims = sizes
            .chunks_exact(4)
            .map(|size| size.iter().fold(0, |value, &byte| value << 8 | usize::from(byte)))
            .collect();
        Ok(Self { element, dims })
    }

    /// Bytes of data that follow the header.
    pub(super) fn data_bytes(&self) -> Result<u64, IdxProblem> {
        if self.dims.contains(&0) {
            return Ok(0);
        }
        self.dims
            .iter()
            .try_fold(self.element.bytes(), |product, &dim| product.checked_mul(dim as u64))
            .filter(|&bytes| bytes < u64::MAX && usize::try_from(bytes).is_ok())
            .ok_or_else(|| IdxProblem::Overflow { dims: self.dims.clone() })
    }
}

/// A guess at what data with a wrong magic are.
fn hint(magic: [u8; 4]) -> &'static str {
    match magic {
        [0x1f, 0x8b, ..] => "; gzipped twice",
        [b'<', ..] => ": neither gzip nor IDX, looks like HTML",
        [b'v', b'e', b'r', b's'] => ": neither gzip nor IDX, looks like a Git LFS pointer",
        [_, code, 0, 0] if ElementType::from_code(code).is_some() => "; the byte order is reversed",
        _ => ": neither gzip nor IDX",
    }
}
