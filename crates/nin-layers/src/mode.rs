//! Training or evaluation.

/// What a forward pass is for. There is no default: forgetting it must not
/// compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Dropout drops, batch norm uses and records the statistics of the batch.
    Train,
    /// Dropout does nothing, batch norm uses the recorded statistics.
    Eval,
}

impl Mode {
    /// From the flag of candle's [`ModuleT`](candle_nn::ModuleT).
    pub fn from_train_flag(train: bool) -> Self {
        if train { Self::Train } else { Self::Eval }
    }
}
