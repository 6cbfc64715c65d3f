//! What an augmentation does to one picture, for whoever does it elsewhere.

use super::draws::Part;
use super::erase::Rectangle;
use super::{Augmentation, EraseFill};

/// What is done to one resized picture: mirrored, then moved, then a rectangle of
/// the normalised values set to 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Whether it is mirrored, left to right.
    pub mirrored: bool,
    /// Pixels that it is moved down.
    pub down: i32,
    /// Pixels that it is moved to the right.
    pub right: i32,
    /// What is erased.
    pub erased: Option<Rectangle>,
}

impl Augmentation {
    /// Whether a [`Change`] says all that is done to a picture: not so of noise.
    pub(crate) fn is_described_by_changes(&self) -> bool {
        self.config.erase_probability == 0.0 || self.config.erase_fill == EraseFill::Zeros
    }

    /// What is done to the picture `index` of the set, of this height and width.
    pub(crate) fn change(&self, index: u32, size: (usize, usize)) -> Change {
        let shift = self.shift(index);
        let pixels = |distance: isize| distance.try_into().expect("a shift is within a picture");
        let erased = || Rectangle::draw(&mut self.draws(Part::Erase, index), &self.config, size);
        Change {
            mirrored: self.is_mirrored(index),
            down: pixels(shift.down),
            right: pixels(shift.right),
            erased: (self.config.erase_probability > 0.0).then(erased).flatten(),
        }
    }
}
