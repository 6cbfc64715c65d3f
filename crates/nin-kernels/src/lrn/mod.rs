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
//! size multiply-adds and one power an element forward; twice as many backward,
//! with one power and a division. With beta 0.75 or 0.5 a power is square roots
//! and a division, which no wider vector makes faster: they are the limit.
//! About 17 KiB of stack.
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

mod backward;
mod forward;
mod params;
mod power;
pub mod reference;
mod row;
#[cfg(test)]
mod tests;
mod window;

use crate::SimdLevel;
use crate::parallel::{chunk, for_each_chunk};
use backward::Backward;
use forward::Forward;
use power::Power;

pub use params::{AlphaScaling, LrnParams};

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
    for_each_chunk(output, task, &|index, output| {
        let input = chunk(input, task, index);
        SimdLevel::current().run(Forward { params, power, channels, input, output });
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
    for_each_chunk(grad_input, task, &|index, grad_input| {
        let (input, grad_output) = (chunk(input, task, index), chunk(grad_output, task, index));
        let backward = Backward { params, power, channels, input, grad_output, grad_input };
        SimdLevel::current().run(backward);
    });
}

fn check(params: &LrnParams, channels: usize, input: &[f32]) {
    assert!(params.size > 0, "the window of LRN has at least one channel");
    assert!(channels > 0, "LRN needs at least one channel");
    assert_eq!(input.len() % channels, 0, "length of input in whole pixels");
}
