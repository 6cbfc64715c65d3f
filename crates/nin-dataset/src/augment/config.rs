//! The section `[augment]` of a configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::DatasetError;
use crate::words::by_word;

/// How training pictures are changed, anew in each epoch; by default not at all.
///
/// # Source
///
/// Random erasing: Zhong, Zheng, Kang, Li and Yang, "Random Erasing Data
/// Augmentation", 2017, arXiv 1708.04896, algorithm 1. Ranges, rounding, the ten
/// tries and the noise are those of torchvision's `RandomErasing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Epochs at the start that train on smaller pictures (progressive
    /// resizing). Validation and test keep the image size.
    pub small_epochs: u32,
    /// Height and width in pixels in those epochs, 1 to the image size.
    pub small_size: usize,
    /// Which pictures are mirrored, left to right.
    pub flip: Flip,
    /// Pictures move by a whole number of pixels, each way drawn evenly from
    /// −shift_px to shift_px for itself.
    pub shift_px: usize,
    /// What comes in where a picture has moved away.
    pub shift_padding: ShiftPadding,
    /// How probably a rectangle of a picture is erased, in [0, 1].
    pub erase_probability: f64,
    /// Smallest and largest share of the picture that the rectangle takes,
    /// 0 < smallest ≤ largest ≤ 1; drawn evenly.
    pub erase_area: [f64; 2],
    /// The height over the width of the rectangle is drawn log-uniformly
    /// between this, in (0, 1], and its inverse.
    pub erase_min_aspect: f64,
    /// What the rectangle is filled with.
    pub erase_fill: EraseFill,
    /// Whether validation and test average the class scores of each picture
    /// and its mirror image. Changes no training batch.
    pub average_flips: bool,
}

/// Which pictures are mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Flip {
    /// None.
    #[default]
    None,
    /// Each one with probability 1/2, in each epoch for itself.
    Random,
    /// A random half in the first epoch, the others in the next, and so on in
    /// turn: any two epochs in a row show each picture both ways.
    ///
    /// Source: K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
    /// 2024, arXiv 2404.00498, section 3.6.
    Alternating,
}

/// What comes in where a picture has moved away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ShiftPadding {
    /// Black pixels: bytes 0.
    #[default]
    Zeros,
    /// The picture mirrored at its border pixels, which are not repeated, as
    /// PyTorch's padding `reflect`.
    Reflect,
}

/// What an erased rectangle is filled with, after the normalisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EraseFill {
    /// A standard normal number for each value.
    #[default]
    Noise,
    /// Zeros, which are the mean.
    Zeros,
}

by_word!(Flip, "flip", "none" => None, "random" => Random, "alternating" => Alternating);
by_word!(ShiftPadding, "shift_padding", "zeros" => Zeros, "reflect" => Reflect);
by_word!(EraseFill, "erase_fill", "noise" => Noise, "zeros" => Zeros);

impl Default for AugmentConfig {
    fn default() -> Self {
        Self {
            small_epochs: 0,
            small_size: 0,
            flip: Flip::None,
            shift_px: 0,
            shift_padding: ShiftPadding::Zeros,
            erase_probability: 0.0,
            erase_area: [0.02, 0.33],
            erase_min_aspect: 0.3,
            erase_fill: EraseFill::Noise,
            average_flips: false,
        }
    }
}

impl AugmentConfig {
    /// Checks the values for pictures of `image_size` pixels, the shorter side
    /// where they are not square.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Config`] for the first key with a bad value.
    pub fn validate(&self, image_size: usize) -> Result<(), DatasetError> {
        let Self { shift_px, erase_probability, erase_area, erase_min_aspect, .. } = self;
        let mut smallest_size = image_size;
        if self.small_epochs > 0 {
            smallest_size = self.small_size;
            if !(1..=image_size).contains(&smallest_size) {
                let problem =
                    format!("want 1 to the image size {image_size}, found {smallest_size}");
                return Err(DatasetError::config("small_size", problem));
            }
        }
        // Also for zeros, where nothing of a picture would be left.
        if *shift_px >= smallest_size.max(1) {
            let problem =
                format!("want less than the image size {smallest_size}, found {shift_px}");
            return Err(DatasetError::config("shift_px", problem));
        }
        if !(0.0..=1.0).contains(erase_probability) {
            let problem = format!("want a number in [0, 1], found {erase_probability}");
            return Err(DatasetError::config("erase_probability", problem));
        }
        let [smallest, largest] = *erase_area;
        if !(0.0 < smallest && smallest <= largest && largest <= 1.0) {
            let problem =
                format!("want 0 < smallest <= largest <= 1, found [{smallest}, {largest}]");
            return Err(DatasetError::config("erase_area", problem));
        }
        if !(0.0 < *erase_min_aspect && *erase_min_aspect <= 1.0) {
            let problem = format!("want a number in (0, 1], found {erase_min_aspect}");
            return Err(DatasetError::config("erase_min_aspect", problem));
        }
        Ok(())
    }

    /// Whether any training picture may be changed besides its size.
    pub fn changes_training(&self) -> bool {
        self.flip != Flip::None || self.shift_px > 0 || self.erase_probability > 0.0
    }
}

/// What is on, such as `flip alternating, shift 2 px, erase 0.5`, or `none`.
impl fmt::Display for AugmentConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.small_epochs > 0 {
            let epochs = if self.small_epochs == 1 { "epoch" } else { "epochs" };
            parts.push(format!("{} px for {} {epochs}", self.small_size, self.small_epochs));
        }
        if self.flip != Flip::None {
            parts.push(format!("flip {}", self.flip));
        }
        if self.shift_px > 0 {
            let reflect = if self.shift_padding == ShiftPadding::Reflect { " reflect" } else { "" };
            parts.push(format!("shift {} px{reflect}", self.shift_px));
        }
        if self.erase_probability > 0.0 {
            let zeros = if self.erase_fill == EraseFill::Zeros { " zeros" } else { "" };
            parts.push(format!("erase {}{zeros}", self.erase_probability));
        }
        if self.average_flips {
            parts.push("average flips".into());
        }
        f.pad(&if parts.is_empty() { "none".into() } else { parts.join(", ") })
    }
}
