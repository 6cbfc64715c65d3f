//! A request as the server sees it.

/// The head of a request, and how many there were before.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What stands behind the method: a path, or an address for a proxy.
    pub(crate) target: String,
    /// Requests for the same target before.
    pub(crate) earlier: usize,
    head: String,
}

impl Request {
    pub(super) fn new(head: String, earlier: &[Self]) -> Self {
        let target = head.split(' ').nth(1).unwrap().to_owned();
        let earlier = earlier.iter().filter(|request| request.target == target).count();
        Self { target, earlier, head }
    }

    /// The first part of the path.
    pub(super) fn folder(&self) -> &str {
        self.target.split('/').nth(1).unwrap()
    }

    /// The last part of the path.
    pub(crate) fn file(&self) -> &str {
        self.target.rsplit('/').next().unwrap()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The first byte that a `Range` asks for.
    pub(crate) fn range_from(&self) -> Option<usize> {
        let range = self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?;
        Some(range.parse().unwrap())
    }
}
