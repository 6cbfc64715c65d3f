//! As much of the MAT format, version 5, as SVHN needs: little-endian numeric
//! arrays, each compressed or not. Everything else is passed over.
//!
//! A header of 128 bytes, then elements: a tag of type and length, and data
//! padded to 8 bytes. An array is an element of elements: flags, dimensions,
//! name, numbers. Source: MathWorks, "MAT-File Format", version 5.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;

use super::MatProblem;

const HEADER_BYTES: usize = 128;

/// Types of elements.
const INT8: u32 = 1;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// MATLAB's own limits are 63 characters and, for pictures, 4 dimensions.
const MAX_NAME_BYTES: u64 = 256;
const MAX_DIMENSION_BYTES: u64 = 64;

/// What may follow the numbers of an array in its compressed element.
const MAX_REST_BYTES: u64 = 1 << 16;

/// An array to look for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) name: &'static str,
    /// The most bytes of its numbers that are read.
    pub(super) max_bytes: u64,
}

/// A numeric array, its numbers as stored: little-endian and column-major.
#[derive(Debug)]
pub(super) struct MatArray {
    pub(super) name: &'static str,
    pub(super) dims: Vec<usize>,
    /// Type of the stored numbers.
    pub(super) element_type: u32,
    pub(super) bytes: Vec<u8>,
}

/// Reads the arrays `wanted`, the first of each name; memory grows with the
/// data that are there.
pub(super) fn read_arrays<const N: usize>(
    mut reader: impl Read,
    wanted: [Wanted; N],
) -> Result<[MatArray; N], MatProblem> {
    read_header(&mut reader)?;
    let mut found = wanted.map(|_| None);
    while found.iter().any(Option::is_none) {
        let Some(tag) = Tag::read_or_end(&mut reader)? else { break };
        if tag.small.is_some() {
            continue;
        }
        let mut content = reader.by_ref().take(tag.bytes);
        let array = match tag.kind {
            MATRIX => read_array(&mut content, &wanted)?,
            COMPRESSED => read_compressed(&mut content, &wanted)?,
            _ => None,
        };
        let rest = content.limit();
        if io::copy(&mut content, &mut io::sink())? < rest {
            return Err(MatProblem::Truncated);
        }
        if tag.kind != COMPRESSED {
            skip_padding(&mut reader, tag.bytes)?;
        }
        if let Some(array) = array {
            let place = wanted.iter().position(|wanted| wanted.name == array.name);
            found[place.expect("only wanted arrays are read")].get_or_insert(array);
        }
    }
    if let Some(missing) = found.iter().position(Option::is_none) {
        return Err(MatProblem::NoArray(wanted[missing].name));
    }
    Ok(found.map(|array| array.expect("none is missing")))
}

fn read_header(reader: &mut impl Read) -> Result<(), MatProblem> {
    let mut header = Vec::new();
    reader.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    match header.get(124..HEADER_BYTES) {
        Some([0, 1, b'I', b'M']) => Ok(()),
        Some([1, 0, b'M', b'I']) => Err(MatProblem::NotMat5(": its byte order is big-endian")),
        Some([0, 2, b'I', b'M']) => {
            Err(MatProblem::NotMat5(": this is version 7.3, which is HDF5"))
        }
        Some(_) => Err(MatProblem::NotMat5("")),
        None => Err(MatProblem::NotMat5(": its header is cut")),
    }
}

/// Type and length of an element, and its data where they stand in the tag.
struct Tag {
    kind: u32,
    bytes: u64,
    /// The data of a small element.
    small: Option<[u8; 4]>,
}

impl Tag {
    fn read(reader: &mut impl Read) -> Result<Self, MatProblem> {
        Self::read_or_end(reader)?.ok_or(MatProblem::Truncated)
    }

    /// `None` where the data end before the tag.
    fn read_or_end(reader: &mut impl Read) -> Result<Option<Self>, MatProblem> {
        let mut bytes = Vec::with_capacity(8);
        reader.take(8).read_to_end(&mut bytes)?;
        let Ok([a, b, c, d, second @ ..]) = <[u8; 8]>::try_from(bytes.as_slice()) else {
            return if bytes.is_empty() { Ok(None) } else { Err(MatProblem::Truncated) };
        };
        let length = u16::from_le_bytes([c, d]);
        Ok(Some(match length {
            0 => Self {
                kind: u32::from_le_bytes([a, b, c, d]),
                bytes: u32::from_le_bytes(second).into(),
                small: None,
            },
            _ => Self {
                kind: u16::from_le_bytes([a, b]).into(),
                bytes: length.into(),
                small: Some(second),
            },
        }))
    }

    /// The data of this element, at most `limit` bytes; `part` names it.
    fn data(
        &self,
        reader: &mut impl Read,
        part: impl Fn() -> String,
        limit: u64,
    ) -> Result<Vec<u8>, MatProblem> {
        let limit = if self.small.is_some() { limit.min(4) } else { limit };
        if self.bytes > limit {
            return Err(MatProblem::TooLarge { part: part(), found: self.bytes, limit });
        }
        if let Some(small) = self.small {
            return Ok(small[..self.bytes as usize].to_vec());
        }
        let mut data = Vec::new();
        reader.by_ref().take(self.bytes).read_to_end(&mut data)?;
        if (data.len() as u64) < self.bytes {
            return Err(MatProblem::Truncated);
        }
        skip_padding(reader, self.bytes)?;
        Ok(data)
    }

    fn check_kind(&self, part: &str, wanted: u32) -> Result<(), MatProblem> {
        if self.kind == wanted {
            return Ok(());
        }
        let (wanted, found) = (format!("type {wanted}"), format!("type {}", self.kind));
        Err(MatProblem::part(part, wanted, found))
    }
}

/// Passes over what pads `bytes` bytes to 8; what comes last may lack it.
fn skip_padding(reader: &mut impl Read, bytes: u64) -> io::Result<()> {
    let padding = bytes.next_multiple_of(8) - bytes;
    io::copy(&mut reader.take(padding), &mut io::sink()).map(drop)
}

/// An array that stands compressed; its checksum is verified when it is one of
/// `wanted`.
fn read_compressed(
    content: &mut impl Read,
    wanted: &[Wanted],
) -> Result<Option<MatArray>, MatProblem> {
    let mut unzipped = ZlibDecoder::new(content);
    let tag = Tag::read(&mut unzipped)?;
    if tag.kind != MATRIX {
        return Ok(None);
    }
    let array = read_array(&mut unzipped, wanted)?;
    if array.is_some() {
        let rest = io::copy(&mut unzipped.take(MAX_REST_BYTES), &mut io::sink())?;
        if rest == MAX_REST_BYTES {
            let (part, limit) = ("rest of a compressed array".into(), MAX_REST_BYTES - 1);
            return Err(MatProblem::TooLarge { part, found: rest, limit });
        }
    }
    Ok(array)
}

/// The content of an array element; `None` when it is not one of `wanted`.
fn read_array(content: &mut impl Read, wanted: &[Wanted]) -> Result<Option<MatArray>, MatProblem> {
    let flags = Tag::read(content)?;
    flags.check_kind("flags of an array", UINT32)?;
    flags.data(content, || "flags of an array".into(), 8)?;

    let dims = Tag::read(content)?;
    dims.check_kind("dimensions of an array", INT32)?;
    let dims = dims.data(content, || "dimensions of an array".into(), MAX_DIMENSION_BYTES)?;

    let name = Tag::read(content)?;
    name.check_kind("name of an array", INT8)?;
    let name = name.data(content, || "name of an array".into(), MAX_NAME_BYTES)?;
    let of_name = wanted.iter().find(|wanted| wanted.name.as_bytes() == name);
    let Some(&Wanted { name, max_bytes }) = of_name else { return Ok(None) };

    let (dims, _) = dims.as_chunks::<4>();
    let dims = dims.iter().map(|&dim| usize::try_from(i32::from_le_bytes(dim)).ok());
    let Some(dims) = dims.collect::<Option<Vec<usize>>>() else {
        let part = format!("dimensions of {name}");
        return Err(MatProblem::part(part, "none below 0", "one below 0"));
    };
    let numbers = Tag::read(content)?;
    let bytes = numbers.data(content, || format!("data of {name}"), max_bytes)?;
    Ok(Some(MatArray { name, dims, element_type: numbers.kind, bytes }))
}
