//! What can be wrong with a server, and a few things that only look so.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Request, Step, status, with_head};

/// Where a body that breaks off does so.
pub(crate) const CUT_AT: usize = 20;

/// Longer than any client waits.
const SILENCE: Step = Step::Pause(Duration::from_secs(60));

macro_rules! faults {
    ($($name:ident),* $(,)?) => {
        /// A behaviour of a server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault { $($name),* }

        impl Fault {
            pub(crate) const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];
        }
    };
}

faults! {
    // None at all.
    None, Chunked, WithoutLength, Slow, Unzipped, SaysGzip, Redirect,
    // Statuses.
    Forbidden, NotFound, ServerError, Unavailable, UnavailableTwice, TooManyOnce, NoUserAgent,
    NotModified, PartUnasked,
    // Silence.
    SilentBeforeHead, SilentInBody, DrippingHead, DrippingChunkHead,
    // Bodies of a wrong length.
    Cut, CutChunked, CutWithoutLength, LengthTooLarge, LengthTooSmall, ExtraBytes, Empty, Reset,
    // Bodies that break off once, and what the next request is answered with.
    CutOnce, CutOnceRangeIgnored, CutOnceWrongRange, CutOnceOtherTotal, CutOnceNotSatisfiable,
    CutOnceOtherVersion, CutInPieces,
    // Wrong content.
    FlippedByte, Html, GzipBomb, Endless, LengthEndless,
    // Redirects.
    RedirectLoop, RedirectToFile, RedirectNowhere,
    // No http.
    EndlessHead, Garbage,
}

impl Fault {
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    pub(super) fn answer(self, request: &Request, good: &[u8]) -> Vec<Step> {
        let cut = &good[..CUT_AT.min(good.len())];
        let length = |length: usize| format!("200 OK\r\nContent-Length: {length}");
        match self {
            Self::None => status(200, good),
            Self::Chunked => chunked(good),
            Self::WithoutLength => with_head("200 OK", good),
            Self::Slow => slow(good),
            Self::Unzipped => status(200, unzipped(good)),
            Self::SaysGzip => {
                with_head(&format!("{}\r\nContent-Encoding: gzip", length(good.len())), good)
            }
            Self::Redirect => redirect(&format!("../{:?}/./{}", Self::None, request.file())),

            Self::Forbidden => status(403, "<html>no</html>"),
            Self::NotFound => status(404, "<html>not here</html>"),
            Self::ServerError => status(500, ""),
            Self::Unavailable => status(503, ""),
            Self::UnavailableTwice if request.earlier < 2 => status(503, "later"),
            Self::TooManyOnce if request.earlier == 0 => {
                with_head("429 -\r\nRetry-After: 1\r\nContent-Length: 0", "")
            }
            Self::UnavailableTwice | Self::TooManyOnce => status(200, good),
            Self::NoUserAgent => {
                let agent = request.header("user-agent").unwrap_or_default();
                if agent.starts_with("nin/") { status(200, good) } else { status(403, "") }
            }
            Self::NotModified => status(304, ""),
            Self::PartUnasked => rest(good, CUT_AT, good.len()),

            Self::SilentBeforeHead => vec![SILENCE],
            Self::SilentInBody => then(with_head(&length(good.len()), cut), SILENCE),
            Self::DrippingHead => drip(with_head("200 OK\r\nX: ", ""), "x"),
            Self::DrippingChunkHead => {
                drip(with_head("200 OK\r\nTransfer-Encoding: chunked", "1;"), "x")
            }

            Self::Cut => with_head(&length(good.len()), cut),
            Self::CutChunked => without_end(chunked(cut)),
            Self::CutWithoutLength => with_head("200 OK", cut),
            Self::LengthTooLarge => with_head(&length(good.len() + 5), good),
            Self::LengthTooSmall => with_head(&length(good.len() - 5), good),
            Self::ExtraBytes => status(200, [good, &[1, 2, 3, 4]].concat()),
            Self::Empty => status(200, ""),
            Self::Reset => vec![Step::Reset],

            Self::CutOnce
            | Self::CutOnceRangeIgnored
            | Self::CutOnceWrongRange
            | Self::CutOnceOtherTotal
            | Self::CutOnceNotSatisfiable
            | Self::CutOnceOtherVersion
            | Self::CutInPieces => self.cut_once(request, good),

            Self::FlippedByte => status(200, flipped(good)),
            Self::Html => status(200, "<!DOCTYPE html><html>".as_bytes()),
            Self::GzipBomb => status(200, gzip_bomb(good)),
            Self::Endless => then(with_head("200 OK", good), Step::SendForEver(vec![0; 1 << 16])),
            Self::LengthEndless => with_head(&length(1 << 40), good),

            Self::RedirectLoop => redirect(&request.target),
            Self::RedirectToFile => redirect("file:///etc/passwd"),
            Self::RedirectNowhere => status(302, ""),

            Self::EndlessHead => {
                let line = Step::SendForEver(b"X: y\r\n".repeat(1000));
                vec![Step::Send(b"HTTP/1.1 200 OK\r\n".into()), line]
            }
            Self::Garbage => vec![Step::Send(b"220 mail.example ESMTP\r\n\r\n".into())],
        }
    }

    /// A body that breaks off, and the answer to what is asked for then.
    fn cut_once(self, request: &Request, good: &[u8]) -> Vec<Step> {
        let head = format!("200 OK\r\nETag: \"v1\"\r\nContent-Length: {}", good.len());
        let Some(first) = request.range_from() else {
            let whole = request.earlier > 0;
            return with_head(&head, if whole { good } else { &good[..CUT_AT] });
        };
        assert_eq!(request.header("if-range"), Some("\"v1\""));
        match self {
            Self::CutOnceRangeIgnored => status(200, good),
            Self::CutOnceWrongRange => rest(good, first - 1, good.len()),
            Self::CutOnceOtherTotal => rest(good, first, good.len() + 1),
            Self::CutOnceNotSatisfiable => status(416, ""),
            Self::CutOnceOtherVersion => rest(&flipped(good), first, good.len()),
            // Ends before the file does, again and again.
            Self::CutInPieces => rest(&good[..good.len().min(first + CUT_AT)], first, good.len()),
            _ => rest(good, first, good.len()),
        }
    }
}

/// The bytes from `first` on, of `total`.
fn rest(bytes: &[u8], first: usize, total: usize) -> Vec<Step> {
    let (rest, last) = (&bytes[first..], bytes.len() - 1);
    let range = format!("Content-Range: bytes {first}-{last}/{total}\r\nETag: \"v1\"");
    with_head(&format!("206 -\r\n{range}\r\nContent-Length: {}", rest.len()), rest)
}

fn redirect(to: &str) -> Vec<Step> {
    with_head(&format!("302 Found\r\nLocation: {to}\r\nContent-Length: 0"), "")
}

fn then(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}

/// Two chunks and the end.
fn chunked(body: &[u8]) -> Vec<Step> {
    let (first, second) = body.split_at(body.len() / 2);
    let chunk =
        |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let body = [chunk(first), chunk(second), b"0\r\n\r\n".into()].concat();
    with_head("200 OK\r\nTransfer-Encoding: chunked", body)
}

/// Without the empty chunk that ends a chunked body.
fn without_end(mut steps: Vec<Step>) -> Vec<Step> {
    let Some(Step::Send(bytes)) = steps.last_mut() else { unreachable!("there is a body") };
    bytes.truncate(bytes.len() - 5);
    steps
}

/// In pieces, for longer than a silence may be in all.
fn slow(body: &[u8]) -> Vec<Step> {
    let mut steps = with_head(&format!("200 OK\r\nContent-Length: {}", body.len()), "");
    for piece in body.chunks(body.len().div_ceil(10)) {
        steps.extend([Step::Pause(Duration::from_millis(100)), Step::Send(piece.into())]);
    }
    steps
}

/// Never silent, and never at an end. The empty line of the head, if it is in
/// the way, is left out.
fn drip(mut steps: Vec<Step>, byte: &str) -> Vec<Step> {
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

fn flipped(good: &[u8]) -> Vec<u8> {
    // The last byte but eight is one of the compressed data, before the trailer.
    let mut bytes = good.to_vec();
    let at = bytes.len() - 9;
    bytes[at] ^= 1;
    bytes
}

fn unzipped(good: &[u8]) -> Vec<u8> {
    crate::idx::unzipped(good, u64::MAX).unwrap()
}

/// The header of the file, and 16 MiB of zeros in a few kilobytes.
fn gzip_bomb(good: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&unzipped(good)[..8]).unwrap();
    encoder.write_all(&vec![0; 1 << 24]).unwrap();
    encoder.finish().unwrap()
}
