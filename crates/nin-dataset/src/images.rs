//! Pictures as bytes, and pictures with their labels.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::DatasetError;
use crate::digest::hex;
use crate::permutation::PERMUTATION_LIMIT;

/// Pictures of one size, stored N, H, W, C (channels-last) as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    count: usize,
    height: usize,
    width: usize,
    channels: usize,
    bytes: Vec<u8>,
}

impl Images {
    /// Pictures over `bytes` in N, H, W, C order; `size` is (H, W, C).
    ///
    /// # Errors
    ///
    /// When `bytes` has another length than N·H·W·C, or when there are more
    /// pictures than PyTorch's small permutation takes (about 214 million).
    pub fn new(
        count: usize,
        size: (usize, usize, usize),
        bytes: Vec<u8>,
    ) -> Result<Self, DatasetError> {
        let (height, width, channels) = size;
        let wanted = [height, width, channels]
            .iter()
            .try_fold(count, |product, &factor| product.checked_mul(factor))
            .unwrap_or(usize::MAX);
        if bytes.len() != wanted {
            return Err(DatasetError::ImageBytes { wanted, found: bytes.len() });
        }
        if count >= PERMUTATION_LIMIT {
            return Err(DatasetError::TooManyImages { found: count, limit: PERMUTATION_LIMIT - 1 });
        }
        Ok(Self { count, height, width, channels, bytes })
    }

    /// Number of pictures, N.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Rows of each picture, H.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Columns of each picture, W.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Values of each pixel, C: 1 for grey.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// All bytes in N, H, W, C order.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of one picture in H, W, C order.
    ///
    /// # Panics
    ///
    /// When `index` is not below [`Images::count`].
    pub fn picture(&self, index: usize) -> &[u8] {
        let size = self.height * self.width * self.channels;
        &self.bytes[index * size..(index + 1) * size]
    }

    /// The pictures with rows and columns exchanged: H×W become W×H.
    pub(crate) fn transposed(&self) -> Self {
        let (height, width, channels) = (self.height, self.width, self.channels);
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for picture in (0..self.count).map(|index| self.picture(index)) {
            for column in 0..width {
                for row in 0..height {
                    let pixel = (row * width + column) * channels;
                    bytes.extend_from_slice(&picture[pixel..pixel + channels]);
                }
            }
        }
        Self { count: self.count, height: width, width: height, channels, bytes }
    }
}

/// Pictures and the class of each; clones share both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabeledImages {
    /// The pictures.
    pub images: Arc<Images>,
    /// The class of each picture, from 0; as many as there are pictures.
    pub labels: Arc<[u32]>,
}

impl LabeledImages {
    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// SHA-256 of sizes, pixels and labels in hexadecimal: the same for the same
    /// pictures in the same order, whatever files they were read from.
    pub fn fingerprint(&self) -> String {
        let Images { count, height, width, channels, bytes } = &*self.images;
        let mut digest = Sha256::new();
        for &size in [count, height, width, channels] {
            digest.update((size as u64).to_le_bytes());
        }
        digest.update(bytes);
        for label in &*self.labels {
            digest.update(label.to_le_bytes());
        }
        hex(&digest.finalize())
    }
}

/// Pictures with the labels that a file gives them, which may be of no class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncheckedImages {
    /// The pictures.
    pub images: Images,
    /// A label for each picture.
    pub labels: Vec<i64>,
}

impl UncheckedImages {
    /// Puts the pictures of `other`, of the same size, behind these.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), DatasetError> {
        let Images { count, height, width, channels, bytes } = &mut self.images;
        let size = (*height, *width, *channels);
        bytes.extend_from_slice(&other.images.bytes);
        self.images = Images::new(*count + other.images.count, size, std::mem::take(bytes))?;
        self.labels.extend(other.labels);
        Ok(())
    }
}

/// How many of the pictures `indices` have each class.
///
/// # Panics
///
/// When an index is no index of `labels`, or a label is not below
/// `num_classes`.
pub fn class_counts(labels: &[u32], indices: &[u32], num_classes: usize) -> Vec<usize> {
    let mut counts = vec![0; num_classes];
    for &index in indices {
        counts[labels[index as usize] as usize] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_pictures_sizes_and_labels_apart() {
        let fingerprint = |count, size, bytes: &[u8], labels: &[u32]| {
            let images = Arc::new(Images::new(count, size, bytes.into()).unwrap());
            LabeledImages { images, labels: labels.into() }.fingerprint()
        };
        let one = fingerprint(2, (1, 2, 1), &[1, 2, 3, 4], &[0, 1]);
        assert_eq!(one.len(), 64);
        assert_eq!(one, fingerprint(2, (1, 2, 1), &[1, 2, 3, 4], &[0, 1]));
        for other in [
            fingerprint(2, (2, 1, 1), &[1, 2, 3, 4], &[0, 1]),
            fingerprint(2, (1, 2, 1), &[1, 2, 4, 3], &[0, 1]),
            fingerprint(2, (1, 2, 1), &[1, 2, 3, 4], &[1, 0]),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn pictures_are_stored_channels_last() {
        let images = Images::new(2, (1, 2, 3), (0..12).collect()).unwrap();
        assert_eq!(images.picture(1), [6, 7, 8, 9, 10, 11]);
        assert_eq!(images.bytes().len(), 12);
        let sizes = (images.count(), images.height(), images.width(), images.channels());
        assert_eq!(sizes, (2, 1, 2, 3));
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let error = Images::new(2, (1, 2, 3), vec![0; 11]).unwrap_err();
        assert_eq!(error.to_string(), "11 bytes given for pictures that take 12");
        assert!(Images::new(usize::MAX, (2, 2, 2), vec![]).is_err());
        let error = Images::new(PERMUTATION_LIMIT, (1, 0, 1), vec![]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "214748364 pictures in one set, at most 214748363 are supported"
        );
    }

    #[test]
    fn transposing_exchanges_rows_and_columns() {
        let images = Images::new(2, (2, 3, 2), (0..24).collect()).unwrap();
        let transposed = images.transposed();
        assert_eq!((transposed.height(), transposed.width(), transposed.channels()), (3, 2, 2));
        assert_eq!(transposed.picture(1), [12, 13, 18, 19, 14, 15, 20, 21, 16, 17, 22, 23]);
        assert_eq!(transposed.transposed(), images);
    }

    #[test]
    fn classes_are_counted_over_the_indices() {
        assert_eq!(class_counts(&[2, 0, 2, 1], &[0, 2, 3], 4), [0, 1, 2, 0]);
    }
}
