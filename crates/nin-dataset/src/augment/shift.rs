//! Pictures moved by whole pixels.

use super::ShiftPadding;
use super::draws::Draws;

/// How far a picture moves, in pixels; each at most the size of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) down: isize,
    pub(super) right: isize,
}

impl Shift {
    pub(super) const NONE: Self = Self { down: 0, right: 0 };

    /// Both numbers drawn evenly from −`limit_px`..=`limit_px`.
    pub(super) fn draw(draws: &mut Draws, limit_px: usize) -> Self {
        let mut one = || draws.below(2 * limit_px as u64 + 1) as isize - limit_px as isize;
        Self { down: one(), right: one() }
    }

    /// out[y, x] = picture[y − down, x − right], where `shape` is H, W, C.
    pub(super) fn apply(
        self,
        picture: &[u8],
        shape: [usize; 3],
        padding: ShiftPadding,
        out: &mut [u8],
    ) {
        let [height, width, channels] = shape;
        let row_bytes = width * channels;
        // Columns whose source lies in the picture.
        let inside = self.right.max(0) as usize..width - (-self.right).max(0) as usize;
        let first = (-self.right).max(0) as usize * channels;
        for (y, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            let Some(row) = source(y, self.down, height, padding) else {
                out.fill(0);
                continue;
            };
            let row = &picture[row * row_bytes..][..row_bytes];
            let middle = &mut out[inside.start * channels..inside.end * channels];
            middle.copy_from_slice(&row[first..][..middle.len()]);
            for x in (0..inside.start).chain(inside.end..width) {
                let pixel = &mut out[x * channels..][..channels];
                match source(x, self.right, width, padding) {
                    Some(x) => pixel.copy_from_slice(&row[x * channels..][..channels]),
                    None => pixel.fill(0),
                }
            }
        }
    }
}

/// The row or column, of `length`, that comes to `place` in a shift; `None` for
/// black.
fn source(place: usize, shift: isize, length: usize, padding: ShiftPadding) -> Option<usize> {
    let source = place as isize - shift;
    let last = length as isize - 1;
    match padding {
        _ if (0..=last).contains(&source) => Some(source as usize),
        ShiftPadding::Zeros => None,
        ShiftPadding::Reflect if source < 0 => Some(-source as usize),
        ShiftPadding::Reflect => Some((2 * last - source) as usize),
    }
}
