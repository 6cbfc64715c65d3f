//! What the panels share: the axis of epochs and the rate cuts along it.

use std::ops::Range;

use super::EpochRecord;

/// The axis of epochs.
pub(super) struct Epochs {
    /// From half an epoch before the first to half an epoch behind the last.
    pub(super) range: Range<f64>,
    /// Most ticks: no more than epochs, so that each is a whole number.
    pub(super) ticks: usize,
    /// Between the last epoch of an old rate and the first of a lower one.
    pub(super) cuts: Vec<f64>,
}

impl Epochs {
    pub(super) fn of(records: &[EpochRecord]) -> Self {
        let first = f64::from(records.iter().map(|r| r.epoch).min().unwrap_or(1));
        let last = f64::from(records.iter().map(|r| r.epoch).max().unwrap_or(1));
        Self {
            range: first - 0.5..last + 0.5,
            ticks: (last - first + 1.0).min(8.0) as usize,
            cuts: plateau_cuts(records),
        }
    }
}

/// Where the rate fell after it had stood still: a plateau rule's cut, or a
/// step schedule's. A cosine or a one-cycle schedule never stands still.
fn plateau_cuts(records: &[EpochRecord]) -> Vec<f64> {
    let is_cut = |w: &&[EpochRecord]| w[0].lr == w[1].lr && w[2].lr < w[1].lr;
    records.windows(3).filter(is_cut).map(|w| f64::from(w[2].epoch) - 0.5).collect()
}

#[cfg(test)]
mod tests {
    use plotters::coord::ranged1d::{AsRangedCoord, Ranged};

    use super::super::tests::with_rates;
    use super::*;

    #[test]
    fn ticks_are_whole_epochs() {
        let ticks = |count: usize| {
            let epochs = Epochs::of(&with_rates(&vec![0.1; count]));
            let axis = <Range<f64> as AsRangedCoord>::CoordDescType::from(epochs.range);
            axis.key_points(epochs.ticks)
        };
        assert_eq!(ticks(1), [1.0]);
        assert_eq!(ticks(2), [1.0, 2.0]);
        assert_eq!(ticks(8), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(ticks(40), [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0]);
        for count in 1..400 {
            let ticks = ticks(count);
            assert!(!ticks.is_empty() && ticks.iter().all(|t| t.fract() == 0.0), "{ticks:?}");
        }
    }

    #[test]
    fn a_cut_is_a_fall_after_a_standstill() {
        let cuts = |rates: &[f64]| Epochs::of(&with_rates(rates)).cuts;
        assert_eq!(cuts(&[0.1, 0.1, 0.05, 0.05, 0.05, 0.005, 0.005]), [2.5, 5.5]);
        assert_eq!(cuts(&[0.1, 0.08, 0.05, 0.02, 0.01]), [0.0; 0]);
        assert_eq!(cuts(&[0.1, 0.1, 0.2, 0.2]), [0.0; 0]);
        assert_eq!(cuts(&[]), [0.0; 0]);
    }
}
