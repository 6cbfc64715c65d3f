//! The decoded array.

use super::IdxProblem;
use super::header::{ElementType, Header};

/// An IDX array: sizes and row-major elements.
#[derive(Clone, Debug, PartialEq)]
pub struct IdxArray {
    /// Sizes, outermost first; the rank is their number, at least 1.
    pub dims: Vec<usize>,
    /// The elements; as many as the product of `dims`.
    pub data: IdxData,
}

/// The elements of an IDX array in their own type.
#[derive(Clone, Debug, PartialEq)]
pub enum IdxData {
    /// Code 0x08.
    U8(Vec<u8>),
    /// Code 0x09.
    I8(Vec<i8>),
    /// Code 0x0B.
    I16(Vec<i16>),
    /// Code 0x0C.
    I32(Vec<i32>),
    /// Code 0x0D.
    F32(Vec<f32>),
    /// Code 0x0E.
    F64(Vec<f64>),
}

impl IdxArray {
    /// Fails with [`IdxProblem::WrongRank`] unless the array has `rank`
    /// dimensions; `wanted` is how the message calls them.
    pub fn expect_rank(self, rank: usize, wanted: &'static str) -> Result<Self, IdxProblem> {
        match self.dims.len() {
            found if found == rank => Ok(self),
            found => Err(IdxProblem::WrongRank { wanted, found }),
        }
    }

    pub(super) fn from_big_endian(header: Header, bytes: Vec<u8>) -> Self {
        let data = match header.element {
            ElementType::U8 => IdxData::U8(bytes),
            ElementType::I8 => IdxData::I8(elements(&bytes, i8::from_be_bytes)),
            ElementType::I16 => IdxData::I16(elements(&bytes, i16::from_be_bytes)),
            ElementType::I32 => IdxData::I32(elements(&bytes, i32::from_be_bytes)),
            ElementType::F32 => IdxData::F32(elements(&bytes, f32::from_be_bytes)),
            ElementType::F64 => IdxData::F64(elements(&bytes, f64::from_be_bytes)),
        };
        Self { dims: header.dims, data }
    }
}

impl IdxData {
    /// The element type and its code as messages show it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::U8(_) => "u8 (0x08)",
            Self::I8(_) => "i8 (0x09)",
            Self::I16(_) => "i16 (0x0B)",
            Self::I32(_) => "i32 (0x0C)",
            Self::F32(_) => "f32 (0x0D)",
            Self::F64(_) => "f64 (0x0E)",
        }
    }
}

fn elements<const N: usize, T>(bytes: &[u8], decode: fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| decode(chunk)).collect()
}
