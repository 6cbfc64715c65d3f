//! What a file is, by its first bytes.

/// Kinds of file that people give in place of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A zip archive, which `torch.save` writes.
    Zip,
    /// What `torch.save` wrote before PyTorch 1.6: a pickled magic number first.
    OldPyTorch,
    /// What a server sends in place of a file that it does not have.
    WebPage,
    /// A header's length, and a header that is a JSON object.
    Safetensors,
    /// None of these.
    Other,
}

impl FileKind {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let begins = |start: &[u8]| {
            bytes.get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start))
        };
        if begins(b"PK\x03\x04") {
            Self::Zip
        } else if begins(&[0x80, 0x02, 0x8a, 0x0a]) {
            Self::OldPyTorch
        } else if begins(b"<!doctype") || begins(b"<html") {
            Self::WebPage
        } else if bytes.get(8) == Some(&b'{') {
            Self::Safetensors
        } else {
            Self::Other
        }
    }
}
