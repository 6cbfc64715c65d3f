//! Pictures that an engine prepares where it computes.
//!
//! Bytes on a card are a quarter of the numbers that they become, are there once
//! and not once an epoch, and a card resizes faster than a CPU.

/// A set of pictures that an engine keeps, see [`Engine::keep`](super::Engine::keep).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptSet(pub(crate) usize);

/// What turns a stored picture into numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// H, W, C of the stored pictures.
    pub stored: [usize; 3],
    /// The columns of a prepared picture, made of those of a stored one.
    pub columns: Vec<ResizeWindow>,
    /// The rows of a prepared picture, made after that of those of a stored one.
    pub rows: Vec<ResizeWindow>,
    /// The number of each byte, for each channel.
    pub tables: Vec<[f32; 256]>,
    /// What comes where a picture has been moved away from.
    pub padding: MovePadding,
}

/// The inputs of one output along an axis: their sum, weighted, plus 2²¹ and
/// shifted down by 22 bits, is its byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResizeWindow {
    /// The first input.
    pub first: usize,
    /// The weight of each input in units of 2⁻²².
    pub weights: Vec<i32>,
}

/// What comes where a picture has been moved away from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MovePadding {
    /// Black.
    #[default]
    Zeros,
    /// The picture's mirror image without its edge.
    Reflect,
}

/// What is done to one resized picture: mirrored, then moved, then a rectangle of
/// its numbers set to 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Whether it is mirrored, left to right.
    pub mirrored: bool,
    /// Pixels that it is moved down.
    pub down: i32,
    /// Pixels that it is moved to the right.
    pub right: i32,
    /// Top, left, height and width of what is set to 0.
    pub erased: Option<[usize; 4]>,
}
