//! Tests of the augmentation, a file for each part of it.

use super::*;

mod config;
mod draws;
mod erase;
mod mirror;
mod pass;
mod shift;

fn augmentation(config: AugmentConfig, seed: u64, epoch: u32) -> Augmentation {
    Augmentation { config, seed, epoch }
}

/// Asserts that `count` of `of` trials of this probability are within five
/// standard deviations, so that a stream that is right passes.
fn assert_about(count: usize, probability: f64, of: usize) {
    let wanted = probability * of as f64;
    let margin = 5.0 * (wanted * (1.0 - probability)).sqrt();
    let found = count as f64;
    assert!((found - wanted).abs() <= margin, "{count} of {of}, want {wanted} ± {margin}");
}
