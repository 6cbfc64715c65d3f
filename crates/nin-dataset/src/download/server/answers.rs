//! Answers, right and wrong, as the steps that send them.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Step;

/// An answer with a body and its length.
pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Vec<Step> {
    let body = body.into();
    with_head(&format!("{status} -\r\nContent-Length: {}", body.len()), body)
}

/// An answer that begins with `head`, without its version and empty line.
pub(crate) fn with_head(head: &str, body: impl Into<Vec<u8>>) -> Vec<Step> {
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    vec![Step::Send([head.into_bytes(), body.into()].concat())]
}

/// The bytes from `first` on, of `total`.
pub(super) fn rest(bytes: &[u8], first: usize, total: usize) -> Vec<Step> {
    let (rest, last) = (&bytes[first..], bytes.len() - 1);
    let range = format!("Content-Range: bytes {first}-{last}/{total}\r\nETag: \"v1\"");
    with_head(&format!("206 -\r\n{range}\r\nContent-Length: {}", rest.len()), rest)
}

pub(super) fn redirect(to: &str) -> Vec<Step> {
    with_head(&format!("302 Found\r\nLocation: {to}\r\nContent-Length: 0"), "")
}

pub(super) fn then(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}

/// Two chunks and the end.
pub(super) fn chunked(body: &[u8]) -> Vec<Step> {
    let (first, second) = body.split_at(body.len() / 2);
    let chunk =
        |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let body = [chunk(first), chunk(second), b"0\r\n\r\n".into()].concat();
    with_head("200 OK\r\nTransfer-Encoding: chunked", body)
}

/// Without the empty chunk that ends a chunked body.
pub(super) fn without_end(mut steps: Vec<Step>) -> Vec<Step> {
    let Some(Step::Send(bytes)) = steps.last_mut() else { unreachable!("there is a body") };
    bytes.truncate(bytes.len() - 5);
    steps
}

/// In pieces, for longer than a silence may be in all.
pub(super) fn slow(body: &[u8]) -> Vec<Step> {
    let mut steps = with_head(&format!("200 OK\r\nContent-Length: {}", body.len()), "");
    for piece in body.chunks(body.len().div_ceil(10)) {
        steps.extend([Step::Pause(Duration::from_millis(150)), Step::Send(piece.into())]);
    }
    steps
}

/// Never silent, and never at an end. The empty line of the head, if it is in
/// the way, is left out.
pub(super) fn drip(mut steps: Vec<Step>, byte: &str) -> Vec<Step> {
    let Some(Step::Send(bytes)) = steps.last_mut() else { unreachable!("there is a head") };
    if bytes.ends_with(b"\r\n\r\n") {
        bytes.truncate(bytes.len() - 4);
    }
    for _ in 0..200 {
        let byte = Step::Send(byte.into());
        steps.extend([Step::Pause(Duration::from_millis(50)), byte]);
    }
    steps
}

/// With one bit of the last part changed: a label, or compressed data.
pub(super) fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // Before the trailer of a gzip file, which has eight bytes.
    let at = bytes.len() - 9;
    bytes[at] ^= 1;
    bytes
}

pub(super) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn unzipped(good: &[u8]) -> Vec<u8> {
    crate::idx::unzipped(good, u64::MAX).unwrap()
}

/// The header of the file, and 16 MiB of zeros in a few kilobytes.
pub(super) fn gzip_bomb(good: &[u8]) -> Vec<u8> {
    gzipped(&[&unzipped(good)[..8], &vec![0; 1 << 24]].concat())
}
