//! What stands for whitening in a build without it.

use std::convert::Infallible;

use crate::DatasetError;

/// ZCA whitening; there is none without the cargo feature `whitening`.
#[derive(Debug, PartialEq)]
pub struct Zca(Infallible);

impl Zca {
    pub(crate) fn check_values(_: usize) -> Result<(), DatasetError> {
        let problem = "zca is not in this build, it needs the cargo feature `whitening` of \
                       nin-dataset";
        Err(DatasetError::config("whitening", problem))
    }

    pub(crate) fn fit(
        _: usize,
        values: usize,
        _: impl FnMut(usize, &mut [f32]),
    ) -> Result<Self, DatasetError> {
        Self::check_values(values).map(|()| unreachable!("the check fails always"))
    }

    /// Number of values of a picture.
    pub fn values(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn apply(&self, _: &mut [f32], _: &mut Vec<f32>) {
        match self.0 {}
    }
}
