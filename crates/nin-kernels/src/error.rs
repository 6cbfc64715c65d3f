//! What can be wrong with the sizes of an operation.

/// Sizes that do not describe an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A size that must be at least 1 is 0.
    #[error(
        "sizes must be at least 1, got kernel_size {kernel_size}, stride {stride}, input {input}"
    )]
    Zero {
        /// Window size in pixels.
        kernel_size: usize,
        /// Window stride in pixels.
        stride: usize,
        /// Input pixels along the axis.
        input: usize,
    },
    /// A batch without images or maps without channels.
    #[error("nothing to compute: batch {batch}, channels {channels}")]
    Empty {
        /// Images in the batch.
        batch: usize,
        /// Channels of the input or the output, whichever is smaller.
        channels: usize,
    },
    /// The window does not fit once into the padded input.
    #[error("window of {kernel_size} is larger than the input of {input} with padding {padding}")]
    WindowTooLarge {
        /// Window size in pixels.
        kernel_size: usize,
        /// Padding on each side in pixels.
        padding: usize,
        /// Input pixels along the axis.
        input: usize,
    },
    /// Pooling padding above half the window, which would leave windows
    /// without a single input pixel.
    #[error("pooling padding {padding} is more than half the window of {kernel_size}")]
    PaddingTooLarge {
        /// Window size in pixels.
        kernel_size: usize,
        /// Padding on each side in pixels.
        padding: usize,
    },
    /// A pooling window whose positions do not fit into the index byte.
    #[error("pooling window of {kernel_size} is larger than the largest supported, 16")]
    WindowTooLargeToIndex {
        /// Window size in pixels.
        kernel_size: usize,
    },
    /// The product of the sizes does not fit into `usize`.
    #[error("sizes overflow")]
    Overflow,
}

/// A hyper-parameter outside its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// A number outside the range that the operation is defined for.
    #[error("{name} must be {wanted}, got {got}")]
    OutOfRange {
        /// The parameter's name.
        name: &'static str,
        /// The range, in words.
        wanted: &'static str,
        /// The value found.
        got: f64,
    },
    /// Nesterov's rule without what it looks ahead with.
    #[error(
        "nesterov needs momentum above 0 and dampening 0, got momentum {momentum}, \
         dampening {dampening}"
    )]
    NesterovNeedsMomentum {
        /// The momentum found.
        momentum: f64,
        /// The dampening found.
        dampening: f64,
    },
}

impl ParamError {
    /// `Ok` if `valid`, else what was wanted of `name`.
    pub(crate) fn check(
        valid: bool,
        name: &'static str,
        wanted: &'static str,
        got: f64,
    ) -> Result<(), Self> {
        if valid { Ok(()) } else { Err(Self::OutOfRange { name, wanted, got }) }
    }
}
