//! Random erasing of a rectangle.

use super::draws::Draws;
use super::{AugmentConfig, EraseFill};

/// How often a rectangle is drawn at most, as in torchvision.
const TRIES: usize = 10;

/// Pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// The first row.
    pub top: usize,
    /// The first column.
    pub left: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Rectangle {
    /// What is erased of a picture of `size`, which is (H, W): nothing with
    /// probability 1 − `erase_probability`, or when no rectangle fits.
    ///
    /// With a share s uniform in `erase_area` and an aspect ratio a log-uniform
    /// in [`erase_min_aspect`, 1 / `erase_min_aspect`], the height is √(s·H·W·a)
    /// and the width √(s·H·W/a), both rounded. It fits when they are below H and
    /// W; then its place is uniform.
    pub(super) fn draw(
        draws: &mut Draws,
        config: &AugmentConfig,
        size: (usize, usize),
    ) -> Option<Self> {
        if draws.uniform() >= config.erase_probability {
            return None;
        }
        let [smallest, largest] = config.erase_area;
        for _ in 0..TRIES {
            let share = smallest + (largest - smallest) * draws.uniform();
            let area = share * (size.0 * size.1) as f64;
            let aspect = config.erase_min_aspect.powf(1.0 - 2.0 * draws.uniform());
            let height = (area * aspect).sqrt().round() as usize;
            let width = (area / aspect).sqrt().round() as usize;
            if height < size.0 && width < size.1 {
                let top = draws.below((size.0 - height + 1) as u64) as usize;
                let left = draws.below((size.1 - width + 1) as u64) as usize;
                return Some(Self { top, left, height, width });
            }
        }
        None
    }

    /// Fills these pixels of a picture, whose `shape` is H, W, C.
    pub(super) fn fill(
        self,
        values: &mut [f32],
        shape: [usize; 3],
        fill: EraseFill,
        draws: &mut Draws,
    ) {
        let [_, width, channels] = shape;
        let rows = values.chunks_exact_mut(width * channels).skip(self.top).take(self.height);
        for row in rows {
            let erased = &mut row[self.left * channels..][..self.width * channels];
            match fill {
                EraseFill::Zeros => erased.fill(0.0),
                EraseFill::Noise => {
                    for pair in erased.chunks_mut(2) {
                        for (value, normal) in pair.iter_mut().zip(draws.normals()) {
                            *value = normal as f32;
                        }
                    }
                }
            }
        }
    }
}
