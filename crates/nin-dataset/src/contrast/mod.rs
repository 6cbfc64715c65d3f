//! Contrast normalisation of single pictures.

mod global;
mod local;
#[cfg(test)]
mod tests;

use crate::Contrast;
use global::normalize_globally;
use local::LocalNormalizer;

/// Normalises the contrast of pictures of one size, one at a time.
pub(crate) enum ContrastNormalizer {
    None,
    Global,
    Local(LocalNormalizer),
}

impl ContrastNormalizer {
    /// For pictures of `size`, which is (H, W, C).
    pub(crate) fn new(contrast: Contrast, size: (usize, usize, usize)) -> Self {
        match contrast {
            Contrast::None => Self::None,
            Contrast::Global => Self::Global,
            Contrast::Local => Self::Local(LocalNormalizer::new(size)),
        }
    }

    /// Writes the normalised pixels of a picture, channels last.
    pub(crate) fn write(&mut self, pixels: &[u8], out: &mut [f32]) {
        for (out, &byte) in out.iter_mut().zip(pixels) {
            *out = byte.into();
        }
        self.normalize(out);
    }

    /// Normalises the pixels of a picture, in [0, 255] and channels last, in
    /// place.
    pub(crate) fn normalize(&mut self, values: &mut [f32]) {
        match self {
            Self::None => {}
            Self::Global => normalize_globally(values),
            Self::Local(local) => {
                normalize_globally(values);
                local.normalize(values);
            }
        }
    }
}
