//! Prepares batches, with memory that is used again.

use std::sync::Arc;

use super::Preparation;
use crate::contrast::ContrastNormalizer;
use crate::{Contrast, DatasetError, Images, Normalization, Resizer, Zca};

/// Prepares pictures of one set.
pub(crate) enum Preparer {
    /// Pixels are normalised by a table for each channel.
    Bytes { resized: Resized, tables: Vec<[f32; 256]> },
    /// Values are computed.
    Values {
        contrasted: Box<Contrasted>,
        whitening: Option<Arc<Zca>>,
        /// Memory of the whitening.
        centred: Vec<f32>,
        normalization: Normalization,
    },
}

impl Preparer {
    pub(crate) fn new(preparation: &Preparation, images: &Images) -> Result<Self, DatasetError> {
        let Preparation { image_size, contrast, whitening, normalization } = preparation;
        let (height, width) = *image_size;
        if height == 0 || width == 0 {
            let problem = format!("want at least 1x1, found {height}x{width}");
            return Err(DatasetError::config("image_size", problem));
        }
        let (wanted, found) = (images.channels(), normalization.mean.len());
        if found != wanted || normalization.std.len() != wanted {
            let problem = format!("want mean and std of {wanted} channels, found {found}");
            return Err(DatasetError::config("mean", problem));
        }
        if *contrast == Contrast::None && whitening.is_none() {
            let tables = normalization.tables();
            return Ok(Self::Bytes { resized: Resized::new(*image_size, images), tables });
        }
        let contrasted = Box::new(Contrasted::new(*image_size, *contrast, images));
        let wanted = contrasted.values();
        if let Some(found) = whitening.as_ref().map(|zca| zca.values()).filter(|&n| n != wanted) {
            let problem = format!("want one of pictures of {wanted} values, found {found}");
            return Err(DatasetError::config("whitening", problem));
        }
        let (whitening, normalization) = (whitening.clone(), normalization.clone());
        Ok(Self::Values { contrasted, whitening, centred: Vec::new(), normalization })
    }

    /// Number of f32 values of a prepared picture: H · W · C.
    pub(crate) fn values(&self) -> usize {
        match self {
            Self::Bytes { resized, .. } => resized.values(),
            Self::Values { contrasted, .. } => contrasted.values(),
        }
    }

    /// Prepares stored pictures into `out`, one after the other, each H, W, C.
    pub(crate) fn prepare<'a>(
        &mut self,
        pictures: impl Iterator<Item = &'a [u8]>,
        out: &mut [f32],
    ) {
        let places = out.chunks_exact_mut(self.values());
        match self {
            Self::Bytes { resized, tables } => {
                for (picture, out) in pictures.zip(places) {
                    look_up(tables, resized.picture(picture), out);
                }
            }
            Self::Values { contrasted, whitening, centred, normalization } => {
                for (picture, out) in pictures.zip(places) {
                    contrasted.write(picture, out);
                }
                if let Some(zca) = whitening {
                    zca.apply(out, centred);
                }
                normalization.normalize(out);
            }
        }
    }
}

fn look_up(tables: &[[f32; 256]], bytes: &[u8], out: &mut [f32]) {
    let channels = tables.len();
    for (out, pixel) in out.chunks_exact_mut(channels).zip(bytes.chunks_exact(channels)) {
        for ((out, &byte), table) in out.iter_mut().zip(pixel).zip(tables) {
            *out = table[usize::from(byte)];
        }
    }
}

/// Pictures in the size wanted.
pub(crate) struct Resized {
    resizer: Resizer,
    bytes: Vec<u8>,
}

impl Resized {
    fn new(image_size: (usize, usize), images: &Images) -> Self {
        let stored = (images.height(), images.width());
        let resizer = Resizer::new(stored, image_size, images.channels());
        let bytes = if resizer.is_identity() { 0 } else { resizer.output_bytes() };
        Self { resizer, bytes: vec![0; bytes] }
    }

    fn values(&self) -> usize {
        self.resizer.output_bytes()
    }

    fn picture<'a>(&'a mut self, stored: &'a [u8]) -> &'a [u8] {
        if self.resizer.is_identity() {
            return stored;
        }
        self.resizer.resize(stored, &mut self.bytes);
        &self.bytes
    }
}

/// Pictures resized, their contrast normalised.
pub(crate) struct Contrasted {
    resized: Resized,
    contrast: ContrastNormalizer,
}

impl Contrasted {
    pub(crate) fn new(image_size: (usize, usize), contrast: Contrast, images: &Images) -> Self {
        let (height, width) = image_size;
        let contrast = ContrastNormalizer::new(contrast, (height, width, images.channels()));
        Self { resized: Resized::new(image_size, images), contrast }
    }

    pub(crate) fn values(&self) -> usize {
        self.resized.values()
    }

    pub(crate) fn write(&mut self, stored: &[u8], out: &mut [f32]) {
        for (out, &byte) in out.iter_mut().zip(self.resized.picture(stored)) {
            *out = byte.into();
        }
        self.contrast.normalize(out);
    }
}
