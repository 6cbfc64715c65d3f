//! What can be wrong with a network or a checkpoint.

use nin_layers::LayerError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A key of the configuration with a value that makes no network.
    #[error("model.{key}: {problem}")]
    Config {
        /// The key.
        key: String,
        /// What is wrong with its value.
        problem: String,
    },
    /// A data set without classes.
    #[error("a network needs at least one class")]
    NoClasses,
    /// A network that no machine could hold.
    #[error("{what}: more than {most} numbers")]
    TooLarge {
        /// What has too many numbers.
        what: String,
        /// The most that it may have.
        most: usize,
    },
    /// The network cannot be planned or does not take these weights.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// Bytes that are no checkpoint.
    #[error("{0}")]
    Checkpoint(String),
}

impl ModelError {
    pub(crate) fn config(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Config { key: key.into(), problem: problem.into() }
    }

    pub(crate) fn checkpoint(problem: impl Into<String>) -> Self {
        Self::Checkpoint(problem.into())
    }
}

impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> Self {
        Self::Layer(error.into())
    }
}
