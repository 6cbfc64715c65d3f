//! The weights of the bilinear filter in fixed point.

/// Pillow keeps 8 bits for the value and 2 for overshoot of 32.
pub(super) const PRECISION_BITS: u32 = 32 - 8 - 2;

/// The inputs that make up one output along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResizeWindow {
    /// Position of the first input.
    pub first: usize,
    /// The weight of each input in units of 2⁻²².
    pub weights: Vec<i32>,
}

/// The window of each of `out_size` outputs over `in_size` inputs.
///
/// With scale = in/out and support = max(scale, 1), the output i is centred at
/// (i + ½)·scale; input x weighs max(0, 1 − |x + ½ − centre| / support), and
/// the weights of an output sum to 1 before they are rounded.
pub(super) fn windows(in_size: usize, out_size: usize) -> Vec<ResizeWindow> {
    let scale = in_size as f64 / out_size as f64;
    let support = scale.max(1.0);
    (0..out_size)
        .map(|i| {
            let centre = (i as f64 + 0.5) * scale;
            // Casts to usize turn negative numbers into 0, which is the clip.
            let first = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(in_size);
            // Times the reciprocal as in Pillow: the last bit counts.
            let per_support = 1.0 / support;
            let shares: Vec<f64> = (first..end)
                .map(|x| (x as f64 - centre + 0.5) * per_support)
                .map(|distance| (1.0 - distance.abs()).max(0.0))
                .collect();
            let sum: f64 = shares.iter().sum();
            let weights = shares.iter().map(|share| fixed_point(share / sum)).collect();
            ResizeWindow { first, weights }
        })
        .collect()
}

fn fixed_point(weight: f64) -> i32 {
    (0.5 + weight * f64::from(1 << PRECISION_BITS)) as i32
}
