//! What is done to pictures before their normalisation.

use serde::{Deserialize, Serialize};

use crate::words::by_word;

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

by_word!(Contrast, "contrast", "none" => None, "global" => Global, "local" => Local);
by_word!(Whitening, "whitening", "none" => None, "zca" => Zca);
