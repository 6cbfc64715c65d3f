//! The constants of the normalisation.

use crate::ParamError;

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
    pub fn weight(&self) -> f64 {
        match self.scaling {
            AlphaScaling::DividedBySize => self.alpha / self.size as f64,
            AlphaScaling::Undivided => self.alpha,
        }
    }

    /// Channels of the window below its centre.
    pub(super) fn below(&self) -> usize {
        self.size / 2
    }

    /// Channels of the window above its centre.
    pub(super) fn above(&self) -> usize {
        (self.size - 1) / 2
    }
}
