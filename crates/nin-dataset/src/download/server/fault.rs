//! What can be wrong with a server, and a few things that only look so.

use std::time::Duration;

use super::answers::{
    chunked, drip, flipped, gzip_bomb, gzipped, redirect, rest, slow, status, then, unzipped,
    with_head, without_end,
};
use super::{Request, Step};

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
    FlippedByte, CorruptGzip, Html, GzipBomb, Endless, LengthEndless,
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

            Self::FlippedByte => status(200, gzipped(&flipped(&unzipped(good)))),
            Self::CorruptGzip => status(200, flipped(good)),
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
