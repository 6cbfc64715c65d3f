//! What is done to pictures before their normalisation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::DatasetError;

/// Contrast normalisation of each picture. Read in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Contrast {
    /// Pixels as they are.
    #[default]
    None,
    /// x ↦ (x − m) / (‖x − m‖ / 55), where m is the mean and ‖·‖ the L2 norm
    /// over all values of the picture; a divisor below 1e-8 becomes 1. Source:
    /// pylearn2 `expr/preprocessing.py` with the scale 55 of
    /// `scripts/datasets/make_cifar10_gcn_whitened.py`.
    Global,
    /// Global, and then each value minus its Gaussian mean, over the greatest
    /// of its Gaussian root mean square, the mean of these over the channel,
    /// and 1e-4. Gaussian: over 7×7 pixels of the channel, standard deviation
    /// 2, weights of sum 1, zeros beyond the borders.
    ///
    /// Source: pylearn2 `lecun_lcn` of `datasets/preprocessing.py`, after a
    /// global normalisation as in `scripts/papers/maxout/svhn_preprocessing.py`
    /// and without a change of colours. As there, the root mean square is of
    /// values from which no local mean is subtracted. The scale of the global
    /// normalisation, which is another there, cancels but for the 1e-4.
    Local,
}

/// Whitening over the training set. Read in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Whitening {
    /// None.
    #[default]
    None,
    /// [`Zca`](crate::Zca).
    Zca,
}

impl TryFrom<String> for Contrast {
    type Error = DatasetError;

    fn try_from(text: String) -> Result<Self, DatasetError> {
        let words = [("none", Self::None), ("global", Self::Global), ("local", Self::Local)];
        word("contrast", &text, &words)
    }
}

impl TryFrom<String> for Whitening {
    type Error = DatasetError;

    fn try_from(text: String) -> Result<Self, DatasetError> {
        word("whitening", &text, &[("none", Self::None), ("zca", Self::Zca)])
    }
}

/// The value of a word, which may be in any case.
fn word<T: Copy>(key: &'static str, text: &str, words: &[(&str, T)]) -> Result<T, DatasetError> {
    match words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)) {
        Some(&(_, value)) => Ok(value),
        None => {
            let known: Vec<_> = words.iter().map(|&(word, _)| word).collect();
            let problem = format!("want {}, found {text:?}", known.join(" or "));
            Err(DatasetError::config(key, problem))
        }
    }
}

impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Global => "global",
            Self::Local => "local",
        })
    }
}

impl fmt::Display for Whitening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Zca => "zca",
        })
    }
}

impl From<Contrast> for String {
    fn from(contrast: Contrast) -> Self {
        contrast.to_string()
    }
}

impl From<Whitening> for String {
    fn from(whitening: Whitening) -> Self {
        whitening.to_string()
    }
}
