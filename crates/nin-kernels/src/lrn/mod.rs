//! Local response normalisation across channels:
//! y_c = x_c / d_c^beta with d_c = k + alpha' · Σ x_i² over the window
//! i = c − size/2 … c + (size − 1)/2, cut off at the first and last channel.
//!
//! # Shapes
//!
//! Input and output (pixels, C): any number of pixels, channels last.
//!
//! # Parameters
//!
//! [`LrnParams`]; alpha' is alpha / size or alpha, see [`AlphaScaling`]. At the
//! ends of the channels the divisor stays `size`. An even window reaches one
//! channel further down than up.
//!
//! # Gradient
//!
//! ∂L/∂x_j = g_j · d_j^(−beta) − 2 · beta · alpha' · x_j · Σ g_c · x_c · d_c^(−beta − 1)
//! over all c whose window holds j.
//!
//! # Cost
//!
//! size multiply-adds and one power an element forward, twice that and two
//! powers backward. With beta 0.75 or 0.5 a power is square roots and a
//! division. A few KiB of stack.
//!
//! # Source
//!
//! ImageNet Classification with Deep Convolutional Neural Networks, section
//! 3.3 ([`AlphaScaling::Undivided`]); PyTorch's `local_response_norm`
//! ([`AlphaScaling::DividedBySize`]). ONNX and burn put the odd channel of an
//! even window on the upper side.
//!
//! ```
//! use nin_kernels::lrn::{self, LrnParams};
//!
//! let params = LrnParams { size: 3, alpha: 3.0, beta: 0.5, k: 3.0, ..LrnParams::default() };
//! let mut output = [0.; 2];
//! lrn::forward(&params, 2, &[2., 3.], &mut output);
//! assert_eq!(output, [2. / 4., 3. / 4.]); // d = 3 + 4 + 9 for both
//! ```

mod power;
pub mod reference;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rayon::prelude::*;

use crate::ParamError;
use power::Power;

/// What the sum of squares is multiplied by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AlphaScaling {
    /// alpha / size (PyTorch, Caffe, cuda-convnet).
    #[default]
    DividedBySize,
    /// alpha (the formula of the AlexNet paper).
    Undivided,
}

/// Sizes and constants of the normalisation.
///
/// The default is AlexNet's setting: size 5, alpha 1e-4, beta 0.75, k 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LrnParams {
    /// Channels in the window, at least 1.
    pub size: usize,
    /// Weight of the sum of squares, finite and at least 0.
    pub alpha: f64,
    /// Exponent of the denominator, finite.
    pub beta: f64,
    /// Added to the weighted sum; finite, above 0 (at 0 a window of zeros
    /// divides by 0).
    pub k: f64,
    /// Whether alpha is divided by the size.
    pub scaling: AlphaScaling,
}

impl Default for LrnParams {
    fn default() -> Self {
        Self { size: 5, alpha: 1e-4, beta: 0.75, k: 2.0, scaling: AlphaScaling::default() }
    }
}

impl LrnParams {
    /// Refuses values outside the ranges named at each field.
    ///
    /// # Errors
    ///
    /// The first field that is out of range.
    pub fn validate(&self) -> Result<(), ParamError> {
        let Self { size, alpha, beta, k, .. } = *self;
        let weight = alpha.is_finite() && alpha >= 0.0;
        ParamError::check(size >= 1, "lrn size", "at least 1", size as f64)?;
        ParamError::check(weight, "lrn alpha", "finite and at least 0", alpha)?;
        ParamError::check(beta.is_finite(), "lrn beta", "finite", beta)?;
        ParamError::check(k.is_finite() && k > 0.0, "lrn k", "finite and above 0", k)
    }

    /// The factor of the sum of squares.
    pub(crate) fn weight(&self) -> f64 {
        match self.scaling {
            AlphaScaling::DividedBySize => self.alpha / self.size as f64,
            AlphaScaling::Undivided => self.alpha,
        }
    }

    /// Channels of the window below its centre.
    fn below(&self) -> usize {
        self.size / 2
    }

    /// Channels of the window above its centre.
    fn above(&self) -> usize {
        (self.size - 1) / 2
    }
}

/// Channels computed at once: an array on the stack, small enough for the
/// first-level cache and long enough for vector instructions.
const BLOCK: usize = 128;

/// Elements in one piece of parallel work, at least.
const TASK_LEN: usize = 1 << 14;

/// Writes the normalised values.
///
/// # Panics
///
/// If `size` or `channels` is 0, `input` is no whole number of pixels, or the
/// slices differ in length.
pub fn forward(params: &LrnParams, channels: usize, input: &[f32], output: &mut [f32]) {
    check(params, channels, input);
    assert_eq!(output.len(), input.len(), "length of output");
    let power = Power::new(params.beta);
    let task = TASK_LEN.div_ceil(channels) * channels;
    output.par_chunks_mut(task).zip(input.par_chunks(task)).for_each(|(output, input)| {
        let pixels = output.chunks_exact_mut(channels).zip(input.chunks_exact(channels));
        for (y, x) in pixels {
            for block in blocks(0..channels) {
                let mut denominators = [0.0; BLOCK];
                let denominators = &mut denominators[..block.len()];
                write_denominators(params, x, block.clone(), denominators);
                power.invert(denominators);
                let values = y[block.clone()].iter_mut().zip(&x[block]);
                for ((y, x), inverse) in values.zip(denominators) {
                    *y = x * *inverse;
                }
            }
        }
    });
}

/// Writes the gradient of the input, from the input and the gradient of the
/// output.
///
/// # Panics
///
/// As [`forward`].
pub fn backward(
    params: &LrnParams,
    channels: usize,
    input: &[f32],
    grad_output: &[f32],
    grad_input: &mut [f32],
) {
    check(params, channels, input);
    assert_eq!(grad_output.len(), input.len(), "length of grad_output");
    assert_eq!(grad_input.len(), input.len(), "length of grad_input");
    let power = Power::new(params.beta);
    let task = TASK_LEN.div_ceil(channels) * channels;
    grad_input
        .par_chunks_mut(task)
        .zip(input.par_chunks(task).zip(grad_output.par_chunks(task)))
        .for_each(|(grad_input, (input, grad_output))| {
            let pixels = input.chunks_exact(channels).zip(grad_output.chunks_exact(channels));
            for (grad_input, (x, grad)) in grad_input.chunks_exact_mut(channels).zip(pixels) {
                for block in blocks(0..channels) {
                    backward_block(params, power, x, grad, block.clone(), &mut grad_input[block]);
                }
            }
        });
}

/// The gradient of the channels `block` of one pixel.
fn backward_block(
    params: &LrnParams,
    power: Power,
    x: &[f32],
    grad: &[f32],
    block: Range<usize>,
    grad_input: &mut [f32],
) {
    let mut sums = [0.0; BLOCK];
    // The windows that hold a channel of the block are centred at most `above`
    // below and `below` above it.
    let centres = block.start.saturating_sub(params.above())
        ..block.end.saturating_add(params.below()).min(x.len());
    for segment in blocks(centres) {
        // g_c · x_c · d_c^(−beta − 1) for the windows of this segment.
        let mut terms = [0.0; BLOCK];
        let mut inverses = [0.0; BLOCK];
        let (terms, inverses) = (&mut terms[..segment.len()], &mut inverses[..segment.len()]);
        write_denominators(params, x, segment.clone(), terms);
        inverses.copy_from_slice(terms);
        power.invert(inverses);
        let values = x[segment.clone()].iter().zip(&grad[segment.clone()]);
        for ((term, inverse), (x, grad)) in terms.iter_mut().zip(&*inverses).zip(values) {
            *term = grad * x * inverse / *term;
        }
        for_each_shift(params.above(), params.below(), &block, &segment, |target, source| {
            add(&mut sums[target], &terms[source], |term| term);
        });
    }

    let mut inverses = [0.0; BLOCK];
    let inverses = &mut inverses[..block.len()];
    write_denominators(params, x, block.clone(), inverses);
    power.invert(inverses);
    let factor = (-2.0 * params.beta * params.weight()) as f32;
    let values = x[block.clone()].iter().zip(&grad[block]);
    for (((grad_input, inverse), sum), (x, grad)) in
        grad_input.iter_mut().zip(&*inverses).zip(&sums).zip(values)
    {
        *grad_input = grad * inverse + factor * x * sum;
    }
}

/// d_c for the channels `block` of the pixel `x`.
fn write_denominators(params: &LrnParams, x: &[f32], block: Range<usize>, sums: &mut [f32]) {
    sums.fill(0.0);
    let all = 0..x.len();
    for_each_shift(params.below(), params.above(), &block, &all, |target, source| {
        add(&mut sums[target], &x[source], |x| x * x);
    });
    let (weight, k) = (params.weight() as f32, params.k as f32);
    sums.iter_mut().for_each(|sum| *sum = k + weight * *sum);
}

/// Calls `visit` for each distance from `below` channels down to `above` up
/// with the places in `targets` that have a source at that distance in
/// `sources`, and these sources; both counted from the start of their range.
fn for_each_shift(
    below: usize,
    above: usize,
    targets: &Range<usize>,
    sources: &Range<usize>,
    mut visit: impl FnMut(Range<usize>, Range<usize>),
) {
    // With the lower end of the window as origin: source = target + shift − below.
    let below = below.min(targets.end);
    let above = above.min(sources.end);
    for shift in 0..=below + above {
        let first = (targets.start + shift).max(sources.start + below);
        let last = (targets.end + shift).min(sources.end + below);
        if first < last {
            visit(
                first - shift - targets.start..last - shift - targets.start,
                first - below - sources.start..last - below - sources.start,
            );
        }
    }
}

fn add(sums: &mut [f32], values: &[f32], term: impl Fn(f32) -> f32) {
    sums.iter_mut().zip(values).for_each(|(sum, &value)| *sum += term(value));
}

/// Cuts a range of channels into blocks.
fn blocks(channels: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = channels.end;
    channels.step_by(BLOCK).map(move |start| start..(start + BLOCK).min(end))
}

fn check(params: &LrnParams, channels: usize, input: &[f32]) {
    assert!(params.size > 0, "the window of LRN has at least one channel");
    assert!(channels > 0, "LRN needs at least one channel");
    assert_eq!(input.len() % channels, 0, "length of input in whole pixels");
}
