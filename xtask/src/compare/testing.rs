//! What the tests here share.

use super::contestant::{Contestant, Program};
use super::protocol::Round;
use super::turns::Measured;
use super::words::Precision;

/// A contestant whose rounds took these seconds a step, and 1, 2, … MiB.
pub(super) fn measured(program: Program, precision: Precision, secs: &[f64]) -> Measured {
    let round = |(index, &secs_per_step): (usize, &f64)| {
        let peak_rss_bytes = (index as u64 + 1) << 20;
        Round { secs_per_step, steps: 1, peak_rss_bytes }
    };
    Measured {
        contestant: Contestant { program, precision },
        largest_difference: 0.0,
        rounds: secs.iter().enumerate().map(round).collect(),
    }
}
