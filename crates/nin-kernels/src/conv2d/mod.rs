//! Two-dimensional convolution (cross-correlation) with bias and activation.
//!
//! output(n, y, x, o) = act(bias(o) + Σ weight(o, ky, kx, i) ·
//! input(n, y·stride + ky − padding, x·stride + kx − padding, i))
//!
//! # Shapes
//!
//! Input `[N, H, W, I]`, weight `[O, k, k, I]` (PyTorch's `channels_last`
//! order of its `[O, I, k, k]`), bias `[O]`, output `[N, H', W', O]` with
//! H' = ⌊(H + 2·padding − k) / stride⌋ + 1 and W' likewise; f32.
//!
//! # Cost
//!
//! N·H'·W'·O·k·k·I multiply-adds forward, the same again for each of the two
//! gradients. Patches are gathered tile by tile into scratch of a few MiB and
//! multiplied; a 1×1 convolution of stride 1 multiplies the input where it is.
//!
//! # Source
//!
//! Agrees with PyTorch's `torch.nn.functional.conv2d` with zero padding,
//! dilation 1 and one group.

mod backward;
mod forward;
mod patches;
pub mod reference;
mod shape;
#[cfg(test)]
mod tests;

pub use backward::{Gradients, Saved, backward};
pub use forward::forward;
pub use shape::Conv2dShape;
