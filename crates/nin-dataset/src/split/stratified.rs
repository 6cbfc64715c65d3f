//! A holdout that keeps the proportions of the classes.

use super::{Split, val_count};
use crate::DatasetError;
use crate::permutation::TorchGenerator;

/// As [`holdout`](super::holdout), with each class divided in the same
/// proportion.
///
/// The validation part again has int(`val` · n) pictures. Each class gives
/// the whole number below `val` · its count; what is left over goes, one each,
/// to the classes with the largest fractions (the lower class first when
/// equal). Within a class the last ones of PyTorch's permutation are taken.
/// Both parts keep the order of that permutation.
///
/// # Errors
///
/// As [`holdout`](super::holdout). A class with too few pictures may be absent
/// from the validation part; that is no error.
pub fn holdout_stratified(labels: &[u32], val: f64, seed: u64) -> Result<Split, DatasetError> {
    let total = val_count(labels.len(), val)?;
    let permutation = TorchGenerator::new(seed).permutation(labels.len());
    let mut still_to_take = quotas(labels, val, total);
    let mut split = Split { train: Vec::new(), val: Vec::new() };
    for &index in permutation.iter().rev() {
        let quota = &mut still_to_take[labels[index as usize] as usize];
        if *quota > 0 {
            *quota -= 1;
            split.val.push(index);
        } else {
            split.train.push(index);
        }
    }
    split.train.reverse();
    split.val.reverse();
    Ok(split)
}

/// How many pictures each class gives to the validation part.
fn quotas(labels: &[u32], val: f64, total: usize) -> Vec<usize> {
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    let mut counts = vec![0_usize; classes];
    for &label in labels {
        counts[label as usize] += 1;
    }
    let shares: Vec<f64> = counts.iter().map(|&count| val * count as f64).collect();
    let mut quotas: Vec<usize> = shares.iter().map(|&share| share as usize).collect();
    let mut by_fraction: Vec<usize> = (0..classes).collect();
    by_fraction.sort_by(|&a, &b| shares[b].fract().total_cmp(&shares[a].fract()));
    let left_over = total.saturating_sub(quotas.iter().sum());
    for &class in by_fraction.iter().take(left_over) {
        quotas[class] += 1;
    }
    quotas
}
