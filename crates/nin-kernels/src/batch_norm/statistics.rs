//! Mean and variance of each channel, of a batch and over many batches.

use std::slice;

use pulp::{Simd, WithSimd};

use crate::parallel::for_each_chunk_pair;
use crate::{ParamError, SimdLevel};

/// Mean and variance of each channel.
#[derive(Clone, Copy, Debug)]
pub struct Statistics<'a> {
    /// Means.
    pub mean: &'a [f32],
    /// Variances: of the population for a batch, unbiased for the running
    /// estimate.
    pub variance: &'a [f32],
}

/// Mean and variance of each channel, to be written.
#[derive(Debug)]
pub struct StatisticsMut<'a> {
    /// Means.
    pub mean: &'a mut [f32],
    /// Variances, see [`Statistics::variance`].
    pub variance: &'a mut [f32],
}

impl Statistics<'_> {
    pub(super) fn check(&self, channels: usize) {
        assert_eq!(self.mean.len(), channels, "length of mean");
        assert_eq!(self.variance.len(), channels, "length of variance");
    }
}

impl StatisticsMut<'_> {
    /// The same statistics, to be read.
    pub fn as_ref(&self) -> Statistics<'_> {
        Statistics { mean: self.mean, variance: self.variance }
    }
}

/// Channels summed by one task: the f32 of one cache line, so that no line is
/// read by two tasks.
pub(super) const LANES: usize = 16;

/// Writes mean and population variance of each channel of `input` (rows, C).
///
/// # Panics
///
/// If there is no channel or no row, or the lengths do not fit.
pub fn of_batch(input: &[f32], statistics: &mut StatisticsMut<'_>) {
    let channels = statistics.mean.len();
    statistics.as_ref().check(channels);
    assert!(channels > 0, "batch normalisation needs at least one channel");
    assert!(!input.is_empty(), "an empty batch has no mean");
    assert_eq!(input.len() % channels, 0, "length of input in whole rows");
    let StatisticsMut { mean, variance } = statistics;
    for_each_chunk_pair((mean, LANES), (variance, LANES), &|task, mean, variance| {
        let first = task * LANES;
        if mean.len() == LANES {
            SimdLevel::current().run(OfLanes { input, channels, first, mean, variance });
        } else {
            for (lane, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
                let (mean, variance) = (slice::from_mut(mean), slice::from_mut(variance));
                of_lanes::<1>(input, channels, first + lane, mean, variance);
            }
        }
    });
}

/// The statistics of [`LANES`] channels from `first` on.
struct OfLanes<'a> {
    input: &'a [f32],
    channels: usize,
    first: usize,
    mean: &'a mut [f32],
    variance: &'a mut [f32],
}

impl WithSimd for OfLanes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { input, channels, first, mean, variance } = self;
        of_lanes::<LANES>(input, channels, first, mean, variance);
    }
}

/// The statistics of the N channels from `first` on. N is known to the compiler
/// so that the sums of all lanes fit into vector registers.
#[inline(always)]
fn of_lanes<const N: usize>(
    input: &[f32],
    channels: usize,
    first: usize,
    mean: &mut [f32],
    variance: &mut [f32],
) {
    // Distances from the first row instead of from 0: a mean far from 0 would
    // drown the variance even in f64.
    let origins = lanes::<N>(input, first).map(f64::from);
    let mut sums = [0.0_f64; N];
    let mut squares = [0.0_f64; N];
    for row in input.chunks_exact(channels) {
        let values = lanes::<N>(row, first);
        for lane in 0..N {
            let distance = f64::from(values[lane]) - origins[lane];
            sums[lane] += distance;
            squares[lane] += distance * distance;
        }
    }
    let rows = (input.len() / channels) as f64;
    for (lane, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
        let distance = sums[lane] / rows;
        *mean = (origins[lane] + distance) as f32;
        // Rounding can leave a tiny negative number; NaN passes the comparison
        // unchanged.
        let spread = squares[lane] / rows - distance * distance;
        *variance = if spread < 0.0 { 0.0 } else { spread as f32 };
    }
}

/// The N values of a row from `first` on.
#[inline(always)]
pub(super) fn lanes<const N: usize>(row: &[f32], first: usize) -> [f32; N] {
    *row[first..].first_chunk().expect("N values")
}

/// The factor that makes the population variance of `rows` rows unbiased.
///
/// # Errors
///
/// Fewer than two rows, which have no variance.
pub fn unbiased(rows: usize) -> Result<f64, ParamError> {
    ParamError::check(rows > 1, "rows of a batch norm batch", "at least 2", rows as f64)?;
    Ok(rows as f64 / (rows - 1) as f64)
}

/// Moves the running estimate towards the statistics of a batch of `rows` rows:
/// running = (1 − momentum) · running + momentum · batch, with the unbiased
/// variance of the batch, variance · rows / (rows − 1).
///
/// # Errors
///
/// `momentum` outside \[0, 1\], or fewer than two rows, which have no unbiased
/// variance.
///
/// # Panics
///
/// If the slices differ in length.
pub fn update_running(
    momentum: f64,
    rows: usize,
    batch: Statistics<'_>,
    running: StatisticsMut<'_>,
) -> Result<(), ParamError> {
    let valid = (0.0..=1.0).contains(&momentum);
    ParamError::check(valid, "batch norm momentum", "between 0 and 1", momentum)?;
    let unbiased = unbiased(rows)?;
    batch.check(running.mean.len());
    running.as_ref().check(running.mean.len());
    let moved = |old: f32, new: f64| ((1.0 - momentum) * f64::from(old) + momentum * new) as f32;
    for (mean, &new) in running.mean.iter_mut().zip(batch.mean) {
        *mean = moved(*mean, f64::from(new));
    }
    for (variance, &new) in running.variance.iter_mut().zip(batch.variance) {
        *variance = moved(*variance, f64::from(new) * unbiased);
    }
    Ok(())
}
