//! From stored bytes to the numbers a network takes.

use crate::{DatasetError, Images, Normalization, Resizer};

/// How each picture is prepared: resized, then normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// Height and width in pixels of prepared pictures.
    pub image_size: (usize, usize),
    /// What bytes are turned into.
    pub normalization: Normalization,
}

/// Prepares pictures of one set, one at a time.
pub(crate) struct Preparer {
    resizer: Resizer,
    tables: Vec<[f32; 256]>,
    /// The resized picture.
    bytes: Vec<u8>,
}

impl Preparer {
    pub(crate) fn new(preparation: &Preparation, images: &Images) -> Result<Self, DatasetError> {
        let (height, width) = preparation.image_size;
        if height == 0 || width == 0 {
            let problem = format!("want at least 1x1, found {height}x{width}");
            return Err(DatasetError::config("image_size", problem));
        }
        let tables = preparation.normalization.tables();
        if tables.len() != images.channels() {
            let (wanted, found) = (images.channels(), tables.len());
            let problem = format!("want mean and std of {wanted} channels, found {found}");
            return Err(DatasetError::config("mean", problem));
        }
        let stored = (images.height(), images.width());
        let resizer = Resizer::new(stored, preparation.image_size, images.channels());
        let bytes = if resizer.is_identity() { 0 } else { resizer.output_bytes() };
        Ok(Self { resizer, tables, bytes: vec![0; bytes] })
    }

    /// Number of f32 values of a prepared picture: H · W · C.
    pub(crate) fn values(&self) -> usize {
        self.resizer.output_bytes()
    }

    /// Prepares one stored picture into `out`, both H, W, C.
    pub(crate) fn prepare(&mut self, picture: &[u8], out: &mut [f32]) {
        let bytes = if self.resizer.is_identity() {
            picture
        } else {
            self.resizer.resize(picture, &mut self.bytes);
            &self.bytes
        };
        let channels = self.tables.len();
        for (out, pixel) in out.chunks_exact_mut(channels).zip(bytes.chunks_exact(channels)) {
            for ((out, &byte), table) in out.iter_mut().zip(pixel).zip(&self.tables) {
                *out = table[usize::from(byte)];
            }
        }
    }
}
