//! The answer of a mirror to a request for a file, or for the rest of one.

use std::time::Duration;

use ureq::http::header::{CONTENT_RANGE, ETAG, HeaderName, IF_RANGE, LOCATION, RANGE, RETRY_AFTER};
use ureq::http::{HeaderValue, Request, StatusCode, Uri};

use super::exchange::{Exchange, Head};
use super::{Failure, Fetcher, content_range, redirect};

/// How many redirects one after the other are followed; browsers do 20.
const MAX_REDIRECTS: usize = 10;

/// What is there of a file that broke off.
#[derive(Default)]
pub(super) struct Beginning {
    pub(super) bytes: u64,
    /// Of the whole file, if it is known.
    pub(super) total: Option<u64>,
    /// Names the version of the file, if the mirror does.
    pub(super) etag: Option<HeaderValue>,
}

/// An answer with bytes of the file.
pub(super) struct Answer<'a> {
    pub(super) body: Exchange<'a>,
    /// Where in the file its first byte is.
    pub(super) first: u64,
    /// Bytes of the whole file, if it is known.
    pub(super) total: Option<u64>,
    pub(super) etag: Option<HeaderValue>,
}

impl<'a> Answer<'a> {
    /// Asks for what comes after `beginning`; for all when that is empty.
    pub(super) fn ask(
        fetcher: &'a Fetcher<'a>,
        url: &str,
        beginning: &Beginning,
    ) -> Result<Self, Failure> {
        let mut uri = redirect::address(url).map_err(Failure::Mirror)?;
        for _ in 0..=MAX_REDIRECTS {
            let (body, head) = Exchange::start(fetcher, request(&uri, beginning))?;
            match location(&head) {
                Some(location) => {
                    uri = redirect::target(&uri, location).map_err(Failure::Mirror)?;
                    tracing::debug!("redirected to {uri}");
                }
                None => return Self::new(body, &head, beginning),
            }
        }
        Err(Failure::mirror(format!("more than {MAX_REDIRECTS} redirects")))
    }

    fn new(body: Exchange<'a>, head: &Head, beginning: &Beginning) -> Result<Self, Failure> {
        let (first, total) = match head.status {
            StatusCode::OK => (0, head.length),
            StatusCode::PARTIAL_CONTENT if beginning.bytes > 0 => rest(head, beginning)?,
            StatusCode::RANGE_NOT_SATISFIABLE if beginning.bytes > 0 => {
                return Err(Failure::Rest("the mirror does not have the rest".into()));
            }
            status if is_passing(status) => {
                return Err(Failure::Passing {
                    reason: status.to_string(),
                    retry_after: retry_after(head),
                });
            }
            status => return Err(Failure::mirror(status.to_string())),
        };
        // Only a strong one says that every byte is the same.
        let etag = head.headers.get(ETAG).filter(|etag| !etag.as_bytes().starts_with(b"W/"));
        Ok(Self { body, first, total, etag: etag.cloned() })
    }
}

fn request(uri: &Uri, beginning: &Beginning) -> Request<()> {
    let mut request = Request::new(());
    *request.uri_mut() = uri.clone();
    if beginning.bytes > 0 {
        let headers = request.headers_mut();
        let range = format!("bytes={}-", beginning.bytes);
        headers.insert(RANGE, range.try_into().expect("digits are good in a header"));
        if let Some(etag) = &beginning.etag {
            headers.insert(IF_RANGE, etag.clone());
        }
    }
    request
}

/// The first byte and the total of an answer with a part of the file, which
/// must be the rest of it.
fn rest(head: &Head, beginning: &Beginning) -> Result<(u64, Option<u64>), Failure> {
    let wrong = |found: &str| {
        let wanted = beginning.bytes;
        Failure::Rest(format!("asked for the bytes from {wanted} on, answered with {found:?}"))
    };
    let header = text(head, &CONTENT_RANGE).unwrap_or_default();
    let (first, total) = content_range::parse(header).ok_or_else(|| wrong(header))?;
    let agree = match (total, beginning.total) {
        (Some(total), Some(known)) => total == known,
        _ => true,
    };
    if first != beginning.bytes || !agree {
        return Err(wrong(header));
    }
    let to_its_end = head.length.and_then(|length| first.checked_add(length));
    Ok((first, total.or(beginning.total).or(to_its_end)))
}

/// Whether the same request may succeed soon.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Where a redirect leads.
fn location(head: &Head) -> Option<&str> {
    let redirects = matches!(head.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    text(head, &LOCATION).filter(|_| redirects)
}

/// The pause asked for in seconds; a date is not understood.
fn retry_after(head: &Head) -> Option<Duration> {
    text(head, &RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs)
}

fn text<'a>(head: &'a Head, name: &HeaderName) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}
