//! What can go wrong in layers, plans and engines.

use nin_kernels::ShapeError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The layer cannot take an input of this shape.
    #[error("{layer}: input of {height} × {width} pixels: {source}")]
    Shape {
        /// The layer, by name where it has one, else by kind.
        layer: String,
        /// Rows of the input.
        height: usize,
        /// Columns of the input.
        width: usize,
        /// What does not fit.
        source: ShapeError,
    },
    /// The input has another number of channels than the weights.
    #[error("{layer}: input has {got} channels, wanted {wanted}")]
    Channels {
        /// The layer, by name where it has one, else by kind.
        layer: String,
        /// Channels of the input.
        got: usize,
        /// Channels that the layer was made for.
        wanted: usize,
    },
    /// A tensor with another number of dimensions than N, C, H, W.
    #[error("wanted a tensor of shape N, C, H, W, got {got:?}")]
    Rank {
        /// The shape found.
        got: Vec<usize>,
    },
    /// A hyper-parameter outside its range.
    #[error(transparent)]
    Parameter(#[from] nin_kernels::ParamError),
    /// A setting outside its range.
    #[error("{0}")]
    Setting(String),
    /// A tensor that a network needs is not in the state.
    #[error("tensor {name} is missing")]
    MissingTensor {
        /// Its name.
        name: String,
    },
    /// A tensor in the state that the network has no place for.
    #[error("tensor {name} does not belong to the network")]
    UnexpectedTensor {
        /// Its name.
        name: String,
    },
    /// A tensor of the wrong shape.
    #[error("tensor {name} has shape {got:?}, wanted {wanted:?}{}", channels_hint(got, wanted))]
    TensorShape {
        /// Its name.
        name: String,
        /// The shape found.
        got: Vec<usize>,
        /// The shape that the network needs.
        wanted: Vec<usize>,
    },
    /// A loss, weight or gradient that is not a finite number.
    #[error("{what} is not finite")]
    NotFinite {
        /// What it is, a tensor by its name.
        what: String,
    },
    /// A batch that does not fit the network.
    #[error("{0}")]
    Batch(String),
    /// A device that is not there, or cannot go on.
    #[error("{what}")]
    Device {
        /// What is missing, or could not be done.
        what: String,
        /// Why, in the words of its driver or library.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// An error of candle.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}

#[cfg(any(feature = "cuda", feature = "emulation"))]
impl From<nin_kernels_cuda::DeviceError> for LayerError {
    fn from(error: nin_kernels_cuda::DeviceError) -> Self {
        let nin_kernels_cuda::DeviceError { what, source } = error;
        Self::Device { what, source }
    }
}

impl LayerError {
    /// An evaluation with averages that no step has made.
    pub(crate) fn no_average_of(name: &str) -> Self {
        Self::Setting(format!("there is no average of {name} to evaluate with"))
    }
}

impl From<LayerError> for candle_core::Error {
    fn from(error: LayerError) -> Self {
        match error {
            LayerError::Candle(error) => error,
            error => Self::wrap(error),
        }
    }
}

/// What two shapes mean that differ in the number of input channels alone.
fn channels_hint(got: &[usize], wanted: &[usize]) -> String {
    match (got, wanted) {
        ([o, i, size @ ..], [wanted_o, wanted_i, wanted_size @ ..])
            if i != wanted_i && o == wanted_o && size == wanted_size && size.len() == 2 =>
        {
            format!(": it is for {i} input channels, not {wanted_i}")
        }
        _ => String::new(),
    }
}
