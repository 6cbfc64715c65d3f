//! The division of the training set into a training and a validation part.

mod stratified;
#[cfg(test)]
mod tests;

pub use stratified::holdout_stratified;

use crate::DatasetError;
use crate::permutation::TorchGenerator;

/// Two disjoint parts that together are all of 0..n.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Indices to train on.
    pub train: Vec<u32>,
    /// Indices to validate on; empty when `val` is 0.
    pub val: Vec<u32>,
}

/// PyTorch's `random_split` of `n` pictures with its own generator: the last
/// int(`val` · `n`) entries of one permutation are the validation part.
/// `val` = 0 makes no validation part.
///
/// # Errors
///
/// `val` outside of [0, 1); a holdout or training part that would be empty.
///
/// # Source
///
/// PyTorch `torch/utils/data/dataset.py`; the low 32 bits of `seed` count.
pub fn holdout(n: usize, val: f64, seed: u64) -> Result<Split, DatasetError> {
    let val_count = val_count(n, val)?;
    let mut train = TorchGenerator::new(seed).permutation(n);
    let val = train.split_off(n - val_count);
    Ok(Split { train, val })
}

/// int(`val` · `n`), with neither part empty.
fn val_count(n: usize, val: f64) -> Result<usize, DatasetError> {
    check_val(val)?;
    let count = (val * n as f64) as usize;
    if val > 0.0 && count == 0 {
        return Err(DatasetError::EmptyPart { part: "holdout", val, count: n });
    }
    if count >= n {
        return Err(DatasetError::EmptyPart { part: "training part", val, count: n });
    }
    Ok(count)
}

/// Fails unless `val` is in [0, 1).
pub(crate) fn check_val(val: f64) -> Result<(), DatasetError> {
    if (0.0..1.0).contains(&val) {
        Ok(())
    } else {
        Err(DatasetError::config("val", format!("want a number in [0, 1), found {val}")))
    }
}
