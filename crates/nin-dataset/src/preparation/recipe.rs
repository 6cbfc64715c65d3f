//! The preparation in numbers, for whoever does it elsewhere.

use super::Preparation;
use crate::{Contrast, Images, ResizeWindow, Resizer, ShiftPadding};

/// All that turns a stored picture into numbers, but for what
/// [`Change`](crate::Change) says of each: resized as [`Resizer`] does, changed, and
/// each byte replaced by a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// H, W, C of the stored pictures.
    pub stored: [usize; 3],
    /// The inputs of each column, see [`Resizer::columns`].
    pub columns: Vec<ResizeWindow>,
    /// The inputs of each row.
    pub rows: Vec<ResizeWindow>,
    /// The number of each byte, for each channel.
    pub tables: Vec<[f32; 256]>,
    /// What comes where a picture has been moved away from.
    pub padding: ShiftPadding,
}

impl Preparation {
    /// The recipe for pictures like `images`; `None` with contrast normalisation or
    /// whitening, which look at whole pictures.
    pub(crate) fn recipe(&self, images: &Images, padding: ShiftPadding) -> Option<Recipe> {
        if self.contrast != Contrast::None || self.whitening.is_some() {
            return None;
        }
        let stored = (images.height(), images.width());
        let resizer = Resizer::new(stored, self.image_size, images.channels());
        Some(Recipe {
            stored: [stored.0, stored.1, images.channels()],
            columns: resizer.columns().to_vec(),
            rows: resizer.rows().to_vec(),
            tables: self.normalization.tables(),
            padding,
        })
    }
}
