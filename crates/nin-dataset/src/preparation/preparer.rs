//! Prepares batches, with memory that is used again.

use std::sync::Arc;

use super::Preparation;
use super::resized::Resized;
use crate::augment::Augmenter;
use crate::contrast::ContrastNormalizer;
use crate::{Augmentation, Contrast, DatasetError, Images, Normalization, Zca};

/// Prepares pictures of one set.
pub(crate) struct Preparer {
    resized: Resized,
    augmenter: Option<Augmenter>,
    numbers: Numbers,
}

/// How pixels are turned into numbers.
enum Numbers {
    /// By a table for each channel.
    Tables(Vec<[f32; 256]>),
    Computed(Box<Computed>),
}

struct Computed {
    contrast: ContrastNormalizer,
    whitening: Option<Arc<Zca>>,
    /// Memory of the whitening.
    centred: Vec<f32>,
    normalization: Normalization,
}

impl Preparer {
    pub(crate) fn new(
        preparation: &Preparation,
        augmentation: Option<Augmentation>,
        images: &Images,
    ) -> Result<Self, DatasetError> {
        let Preparation { image_size, contrast, whitening, normalization } = preparation;
        let (height, width) = *image_size;
        if height == 0 || width == 0 {
            let problem = format!("want at least 1x1, found {height}x{width}");
            return Err(DatasetError::config("image_size", problem));
        }
        let (channels, found) = (images.channels(), normalization.mean.len());
        if found != channels || normalization.std.len() != channels {
            let problem = format!("want mean and std of {channels} channels, found {found}");
            return Err(DatasetError::config("mean", problem));
        }
        let resized = Resized::new(*image_size, images);
        let wanted = resized.values();
        if let Some(found) = whitening.as_ref().map(|zca| zca.values()).filter(|&n| n != wanted) {
            let problem = format!("want one of pictures of {wanted} values, found {found}");
            return Err(DatasetError::config("whitening", problem));
        }
        let augmenter = augmentation
            .map(|augmentation| Augmenter::new(augmentation, [height, width, channels]));
        let numbers = if *contrast == Contrast::None && whitening.is_none() {
            Numbers::Tables(normalization.tables())
        } else {
            Numbers::Computed(Box::new(Computed {
                contrast: ContrastNormalizer::new(*contrast, (height, width, channels)),
                whitening: whitening.clone(),
                centred: Vec::new(),
                normalization: normalization.clone(),
            }))
        };
        Ok(Self { resized, augmenter, numbers })
    }

    /// Number of f32 values of a prepared picture: H · W · C.
    pub(crate) fn values(&self) -> usize {
        self.resized.values()
    }

    /// Prepares the pictures `indices` of the set into `out`, one after the
    /// other, each H, W, C.
    pub(crate) fn prepare(&mut self, images: &Images, indices: &[u32], out: &mut [f32]) {
        let values = self.values();
        for (&index, out) in indices.iter().zip(out.chunks_exact_mut(values)) {
            let mut pixels = self.resized.picture(images.picture(index as usize));
            if let Some(augmenter) = &mut self.augmenter {
                pixels = augmenter.moved(index, pixels);
            }
            match &mut self.numbers {
                Numbers::Tables(tables) => look_up(tables, pixels, out),
                Numbers::Computed(computed) => computed.contrast.write(pixels, out),
            }
        }
        if let Numbers::Computed(computed) = &mut self.numbers {
            if let Some(zca) = &computed.whitening {
                zca.apply(out, &mut computed.centred);
            }
            computed.normalization.normalize(out);
        }
        if let Some(augmenter) = &self.augmenter {
            for (&index, out) in indices.iter().zip(out.chunks_exact_mut(values)) {
                augmenter.erase(index, out);
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
