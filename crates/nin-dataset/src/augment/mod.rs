//! Pictures changed anew in each epoch, so that a network sees more of them.
//!
//! Resized, mirrored, then moved, as bytes; a rectangle erased last,
//! of normalised values.

mod change;
mod config;
mod draws;
mod erase;
mod mirror;
mod shift;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use config::{AugmentConfig, EraseFill, Flip, ShiftPadding};
pub use erase::Rectangle;
pub use mirror::flip_horizontally;

use draws::{Draws, Part};
use mirror::mirror;
use shift::Shift;

/// What is done to the pictures of one pass:
/// [`Loader::training_batches`](crate::Loader::training_batches).
///
/// A pure function: a picture depends on this and on its index in the set, not
/// on the order of the pass, the batch or the thread. Each picture has a stream
/// of ChaCha8 of its own for each of flip, shift and erasing, so that none of
/// the three changes what the others draw.
///
/// ```
/// use nin_dataset::{
///     AugmentConfig, Augmentation, DataConfig, DatasetName, Flip, Loader, Normalization,
///     Preparation, load,
/// };
///
/// let config = DataConfig { dataset: DatasetName::FashionMnistSample, ..DataConfig::default() };
/// let data = load(&config)?;
/// let normalization = Normalization { mean: vec![0.5], std: vec![0.5] };
/// let loader = Loader::new(data.train, Preparation::new((28, 28), normalization), 4)?;
///
/// let flip = Flip::Alternating;
/// let config = AugmentConfig { flip, shift_px: 2, ..AugmentConfig::default() };
/// assert_eq!(config.to_string(), "flip alternating, shift 2 px");
/// let mut pictures = Vec::new();
/// for epoch in 0..2 {
///     let augmentation = Augmentation { config: config.clone(), seed: 42, epoch };
///     for batch in loader.training_batches(vec![0, 1, 2, 3], 0, &augmentation)? {
///         pictures.push(batch?.images.clone());
///     }
/// }
/// assert_ne!(pictures[0], pictures[1]);
/// # Ok::<(), nin_dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Augmentation {
    /// What is on.
    pub config: AugmentConfig,
    /// What the random numbers come from.
    pub seed: u64,
    /// How many passes came before, from 0.
    pub epoch: u32,
}

impl Augmentation {
    /// Height and width in pixels of this pass's pictures: `small_size` in the
    /// first `small_epochs` epochs, `full` in the others.
    pub fn image_size(&self, full: [usize; 2]) -> [usize; 2] {
        if self.epoch < self.config.small_epochs { [self.config.small_size; 2] } else { full }
    }

    fn draws(&self, part: Part, picture: u32) -> Draws {
        Draws::new(self.seed, part, self.epoch, picture)
    }

    fn is_mirrored(&self, picture: u32) -> bool {
        match self.config.flip {
            Flip::None => false,
            Flip::Random => self.draws(Part::Flip, picture).coin(),
            Flip::Alternating => {
                let first = Draws::new(self.seed, Part::Flip, 0, picture).coin();
                first ^ (self.epoch % 2 == 1)
            }
        }
    }

    fn shift(&self, picture: u32) -> Shift {
        match self.config.shift_px {
            0 => Shift::NONE,
            limit => Shift::draw(&mut self.draws(Part::Shift, picture), limit),
        }
    }
}

/// Applies an augmentation to pictures of one size, with memory that is used
/// again.
pub(crate) struct Augmenter {
    augmentation: Augmentation,
    /// H, W, C.
    shape: [usize; 3],
    mirrored: Vec<u8>,
    shifted: Vec<u8>,
}

impl Augmenter {
    pub(crate) fn new(augmentation: Augmentation, shape: [usize; 3]) -> Self {
        let bytes: usize = shape.iter().product();
        Self { augmentation, shape, mirrored: vec![0; bytes], shifted: vec![0; bytes] }
    }

    /// The pixels of the picture `index` of the set, mirrored and moved.
    pub(crate) fn moved<'a>(&'a mut self, index: u32, mut pixels: &'a [u8]) -> &'a [u8] {
        let [_, width, channels] = self.shape;
        if self.augmentation.is_mirrored(index) {
            self.mirrored.copy_from_slice(pixels);
            mirror(&mut self.mirrored, width, channels);
            pixels = &self.mirrored;
        }
        let shift = self.augmentation.shift(index);
        if shift != Shift::NONE {
            let padding = self.augmentation.config.shift_padding;
            shift.apply(pixels, self.shape, padding, &mut self.shifted);
            pixels = &self.shifted;
        }
        pixels
    }

    /// Erases a part of the picture `index` of the set, of normalised values.
    pub(crate) fn erase(&self, index: u32, values: &mut [f32]) {
        let config = &self.augmentation.config;
        if config.erase_probability == 0.0 {
            return;
        }
        let [height, width, _] = self.shape;
        let mut draws = self.augmentation.draws(Part::Erase, index);
        if let Some(rectangle) = Rectangle::draw(&mut draws, config, (height, width)) {
            rectangle.fill(values, self.shape, config.erase_fill, &mut draws);
        }
    }
}
