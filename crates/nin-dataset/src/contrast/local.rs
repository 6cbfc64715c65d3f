//! Local contrast normalisation, as [`Contrast::Local`](crate::Contrast) says.

/// Taps on each side of the middle of the window.
const RADIUS: usize = 3;

const TAPS: usize = 2 * RADIUS + 1;

/// Standard deviation of the Gaussian in pixels.
const SIGMA: f64 = 2.0;

/// The smallest divisor.
const THRESHOLD: f32 = 1e-4;

/// Divides by local deviations around local means, with memory for one picture.
pub(crate) struct LocalNormalizer {
    /// H, W, C.
    size: (usize, usize, usize),
    /// One-dimensional weights of sum 1; the window is their product.
    weights: [f32; TAPS],
    squares: Vec<f32>,
    /// Rows blurred, columns not yet.
    between: Vec<f32>,
    means: Vec<f32>,
    deviations: Vec<f32>,
}

impl LocalNormalizer {
    pub(super) fn new(size: (usize, usize, usize)) -> Self {
        let gauss = |tap: usize| {
            let distance = tap as f64 - RADIUS as f64;
            (-distance * distance / (2.0 * SIGMA * SIGMA)).exp()
        };
        let sum: f64 = (0..TAPS).map(gauss).sum();
        let weights = std::array::from_fn(|tap| (gauss(tap) / sum) as f32);
        let memory = || vec![0.0; size.0 * size.1 * size.2];
        let (squares, between) = (memory(), memory());
        Self { size, weights, squares, between, means: memory(), deviations: memory() }
    }

    /// Normalises a picture, H, W, C.
    pub(super) fn normalize(&mut self, values: &mut [f32]) {
        for (square, value) in self.squares.iter_mut().zip(&*values) {
            *square = value * value;
        }
        let Self { size, weights, squares, between, means, deviations } = self;
        blur(values, between, means, *size, weights);
        blur(squares, between, deviations, *size, weights);
        deviations.iter_mut().for_each(|square| *square = square.sqrt());
        let channels = size.2;
        for channel in 0..channels {
            let of_channel = || deviations.iter().skip(channel).step_by(channels);
            let sum: f64 = of_channel().map(|&deviation| f64::from(deviation)).sum();
            let floor = ((sum / (size.0 * size.1) as f64) as f32).max(THRESHOLD);
            let means = means.iter().skip(channel).step_by(channels);
            let values = values.iter_mut().skip(channel).step_by(channels);
            for ((value, mean), deviation) in values.zip(means).zip(of_channel()) {
                *value = (*value - mean) / deviation.max(floor);
            }
        }
    }
}

/// Convolves each channel with the window, zeros beyond the borders: along the
/// rows into `between`, and along the columns into `out`.
fn blur(
    values: &[f32],
    between: &mut [f32],
    out: &mut [f32],
    (_, width, channels): (usize, usize, usize),
    weights: &[f32; TAPS],
) {
    let row = width * channels;
    for (values, out) in values.chunks_exact(row).zip(between.chunks_exact_mut(row)) {
        add_shifted(values, out, channels, weights);
    }
    add_shifted(between, out, row, weights);
}

/// out\[i\] = Σ weight\[tap\] · values\[i + (tap − 3) · step\], where that exists.
fn add_shifted(values: &[f32], out: &mut [f32], step: usize, weights: &[f32; TAPS]) {
    out.fill(0.0);
    for (tap, weight) in weights.iter().enumerate() {
        let (ahead, behind) = if tap >= RADIUS { (tap - RADIUS, 0) } else { (0, RADIUS - tap) };
        let values = values.iter().skip(ahead * step);
        for (out, value) in out.iter_mut().skip(behind * step).zip(values) {
            *out += weight * value;
        }
    }
}
