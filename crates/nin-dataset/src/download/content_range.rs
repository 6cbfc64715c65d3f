//! Which bytes of a file an answer has.

/// The first byte and the whole length, if that is known, of a header such as
/// `bytes 100-199/200`.
pub(super) fn parse(header: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    (first <= last && total.is_none_or(|total| last < total)).then_some((first, total))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn headers_are_read_or_refused() {
        assert_eq!(parse("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(parse("bytes 0-0/*"), Some((0, None)));
        for bad in ["bytes */200", "bytes 5-4/9", "bytes 0-9/9", "items 0-1/2", "bytes 0-1", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
