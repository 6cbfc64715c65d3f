//! Mirror images, left to right.

/// Mirrors pictures left to right, in place; `shape` is N, H, W, C.
///
/// ```
/// let mut images = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// nin_dataset::flip_horizontally(&mut images, [1, 1, 3, 2]);
/// assert_eq!(images, [5.0, 6.0, 3.0, 4.0, 1.0, 2.0]);
/// ```
///
/// # Panics
///
/// When `images` has another length than N·H·W·C.
pub fn flip_horizontally(images: &mut [f32], shape: [usize; 4]) {
    let [count, height, width, channels] = shape;
    let wanted = count * height * width * channels;
    assert_eq!(images.len(), wanted, "values of pictures of the shape {shape:?}");
    mirror(images, width, channels);
}

/// Mirrors rows of `width` pixels in place.
pub(super) fn mirror<T>(values: &mut [T], width: usize, channels: usize) {
    if values.is_empty() {
        return;
    }
    for row in values.chunks_exact_mut(width * channels) {
        row.reverse();
        // The values within each pixel too; back with them.
        row.chunks_exact_mut(channels).for_each(<[T]>::reverse);
    }
}
