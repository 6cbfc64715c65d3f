//! From stored bytes to the numbers a network takes.

mod preparer;
mod recipe;
mod resized;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use preparer::Preparer;
pub use recipe::Recipe;

use crate::contrast::ContrastNormalizer;
use crate::{Contrast, DataConfig, DatasetError, Images, Normalization, Whitening, Zca};
use resized::Resized;

/// How each picture is prepared: resized, its contrast normalised, whitened,
/// and then normalised.
///
/// Whitening may differ in the last bits with the number of pictures in a
/// batch; everything else depends on the picture alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// Height and width in pixels of prepared pictures.
    pub image_size: (usize, usize),
    /// Contrast normalisation of the resized picture.
    pub contrast: Contrast,
    /// Whitening after that.
    pub whitening: Option<Arc<Zca>>,
    /// What pixels, or the values made of them, are turned into at last.
    pub normalization: Normalization,
}

impl Preparation {
    /// Resize and normalisation only.
    pub fn new(image_size: (usize, usize), normalization: Normalization) -> Self {
        Self { image_size, contrast: Contrast::None, whitening: None, normalization }
    }

    /// The preparation that `config` asks for. Whitening is fitted to all of
    /// the training set `images`, whose labels it does not see, so that it does
    /// not depend on the split; `"train"` statistics are measured over the
    /// pictures `train` only.
    ///
    /// # Errors
    ///
    /// As [`DataConfig::validate`] and [`Normalization::resolve`]; pictures too
    /// large to whiten.
    pub fn resolve(
        config: &DataConfig,
        images: &Images,
        train: &[u32],
    ) -> Result<Self, DatasetError> {
        config.validate()?;
        let image_size = (config.image_size, config.image_size);
        let normalization = Normalization::resolve(config, images, train)?;
        let whitening = match config.whitening {
            Whitening::None => None,
            Whitening::Zca => {
                let size = (config.image_size, config.image_size, images.channels());
                let mut contrast = ContrastNormalizer::new(config.contrast, size);
                let mut resized = Resized::new(image_size, images);
                Some(Arc::new(Zca::fit(images.count(), resized.values(), |index, out| {
                    contrast.write(resized.picture(images.picture(index)), out);
                })?))
            }
        };
        Ok(Self { image_size, contrast: config.contrast, whitening, normalization })
    }
}
