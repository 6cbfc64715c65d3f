//! Pictures in the size wanted.

use crate::{Images, Resizer};

/// Resizes pictures of one set, with memory that is used again.
pub(super) struct Resized {
    resizer: Resizer,
    bytes: Vec<u8>,
}

impl Resized {
    pub(super) fn new(image_size: (usize, usize), images: &Images) -> Self {
        let stored = (images.height(), images.width());
        let resizer = Resizer::new(stored, image_size, images.channels());
        let bytes = if resizer.is_identity() { 0 } else { resizer.output_bytes() };
        Self { resizer, bytes: vec![0; bytes] }
    }

    /// Number of bytes of a resized picture: H · W · C.
    pub(super) fn values(&self) -> usize {
        self.resizer.output_bytes()
    }

    pub(super) fn picture<'a>(&'a mut self, stored: &'a [u8]) -> &'a [u8] {
        if self.resizer.is_identity() {
            return stored;
        }
        self.resizer.resize(stored, &mut self.bytes);
        &self.bytes
    }
}
