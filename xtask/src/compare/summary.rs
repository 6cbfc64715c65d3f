//! From every round to one row a contestant, and how rows compare.

use super::contestant::{Contestant, Program};
use super::turns::Measured;
use crate::statistics::median;

/// What a contestant's rounds came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) contestant: Contestant,
    /// The median over the rounds of a round's median step.
    pub(super) secs_per_step: f64,
    /// The least and the most of the rounds.
    pub(super) spread_secs: [f64; 2],
    pub(super) images_per_sec: f64,
    pub(super) peak_rss_bytes: u64,
}

/// Whom others are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// The fastest of its memory orders.
    PyTorch,
    OpenVino,
}

impl Row {
    /// From at least one round.
    pub(super) fn new(measured: &Measured, batch_size: usize) -> Self {
        let rounds = &measured.rounds;
        let mut secs: Vec<f64> = rounds.iter().map(|round| round.secs_per_step).collect();
        secs.sort_by(f64::total_cmp);
        let secs_per_step = median(&secs).expect("there is at least one round");
        Self {
            contestant: measured.contestant,
            secs_per_step,
            spread_secs: [secs[0], secs[secs.len() - 1]],
            images_per_sec: batch_size as f64 / secs_per_step,
            peak_rss_bytes: rounds.iter().map(|round| round.peak_rss_bytes).max().unwrap_or(0),
        }
    }

    /// How many times faster this is than the peer in the same precision; `None`
    /// without one.
    pub(super) fn times_faster_than(&self, peer: Peer, rows: &[Self]) -> Option<f64> {
        let best = rows
            .iter()
            .filter(|row| row.contestant.precision == self.contestant.precision)
            .filter(|row| peer.is(row.contestant.program))
            .map(|row| row.secs_per_step)
            .min_by(f64::total_cmp)?;
        Some(best / self.secs_per_step)
    }
}

impl Peer {
    fn is(self, program: Program) -> bool {
        match self {
            Self::PyTorch => matches!(program, Program::PyTorch(_)),
            Self::OpenVino => program == Program::OpenVino,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::contestant::Layout;
    use super::super::testing::measured;
    use super::super::words::Precision::{Bf16, F32};
    use super::*;

    #[test]
    fn rounds_become_a_row() {
        let row = Row::new(&measured(Program::Ours, F32, &[0.25, 4.0, 0.5]), 32);
        assert_eq!(row.secs_per_step, 0.5);
        assert_eq!(row.spread_secs, [0.25, 4.0]);
        assert_eq!(row.images_per_sec, 64.0);
        assert_eq!(row.peak_rss_bytes, 3 << 20);
    }

    #[test]
    fn the_best_mode_of_the_same_precision_counts() {
        let rows = [
            (Program::Ours, F32, 0.5),
            (Program::PyTorch(Layout::Default), F32, 2.0),
            (Program::PyTorch(Layout::ChannelsLast), F32, 1.0),
            (Program::PyTorch(Layout::Default), Bf16, 0.25),
            (Program::OpenVino, F32, 0.25),
        ]
        .map(|(program, precision, secs)| Row::new(&measured(program, precision, &[secs]), 1));
        let times = |peer| rows.each_ref().map(|row| row.times_faster_than(peer, &rows));
        assert_eq!(times(Peer::PyTorch), [2.0, 0.5, 1.0, 1.0, 4.0].map(Some));
        let openvino = [Some(0.5), Some(0.125), Some(0.25), None, Some(1.0)];
        assert_eq!(times(Peer::OpenVino), openvino);
    }
}
