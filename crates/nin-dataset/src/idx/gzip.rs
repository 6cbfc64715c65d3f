//! Plain or gzipped, decided by the first two bytes.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::IdxProblem;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How much of a stream is unzipped only to verify it: enough for MNIST.
const VERIFIED_REST_BYTES: u64 = 1 << 26;

type Source<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

/// The unzipped content of a reader.
pub(super) enum Content<R: Read> {
    Plain(Source<R>),
    Gzip(Members<Source<R>>),
}

impl<R: Read> Content<R> {
    pub(super) fn open(mut reader: R) -> Result<Self, IdxProblem> {
        let start = read_up_to(&mut reader, 2)?;
        let gzipped = start == GZIP_MAGIC;
        let source = BufReader::with_capacity(1 << 16, Cursor::new(start).chain(reader));
        Ok(if gzipped { Self::Gzip(Members::new(source)) } else { Self::Plain(source) })
    }

    /// What is wrong with the rest of the gzip stream, if it is one.
    pub(super) fn gzip_problem(&mut self) -> Option<IdxProblem> {
        match self {
            Self::Plain(_) => None,
            Self::Gzip(members) => {
                let mut rest = members.take(VERIFIED_REST_BYTES);
                io::copy(&mut rest, &mut io::sink()).err().map(IdxProblem::from)
            }
        }
    }
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(out),
            Self::Gzip(members) => members.read(out),
        }
    }
}

/// The members of a gzip file, one after the other.
///
/// flate2's own multi-member decoder reports bytes after the last member as a
/// bad header; here they are called by their name.
pub(super) struct Members<R: BufRead> {
    // `None` only after an error or the end.
    current: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    fn new(source: R) -> Self {
        Self { current: Some(GzDecoder::new(source)) }
    }

    fn next_member(&mut self) -> io::Result<bool> {
        let Some(finished) = self.current.take() else { return Ok(false) };
        let mut source = finished.into_inner();
        let rest = source.fill_buf()?;
        if rest.is_empty() {
            return Ok(false);
        }
        if !rest.starts_with(&GZIP_MAGIC) {
            return Err(GzipFault::AfterLastMember.into());
        }
        self.current = Some(GzDecoder::new(source));
        Ok(true)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(decoder) = &mut self.current else { return Ok(0) };
            match decoder.read(out).map_err(GzipFault::classify)? {
                0 if self.next_member()? => {}
                count => return Ok(count),
            }
        }
    }
}

/// A fault of the compressed stream, carried through `std::io::Error`.
#[derive(Debug, thiserror::Error)]
pub(super) enum GzipFault {
    #[error("truncated gzip")]
    Truncated,
    #[error("corrupt gzip: {0}")]
    Corrupt(String),
    #[error("trailing data after the gzip stream")]
    AfterLastMember,
}

impl GzipFault {
    fn classify(error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated.into(),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Corrupt(error.to_string()).into()
            }
            _ => error,
        }
    }
}

impl From<GzipFault> for io::Error {
    fn from(fault: GzipFault) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

/// Reads until `count` bytes are there or the data end.
pub(super) fn read_up_to(reader: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(count);
    reader.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
