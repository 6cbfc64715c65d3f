//! Ranges that plotters can draw: it hangs, divides by zero or shows no tick
//! on one that is empty, infinite or narrower than `f64::EPSILON`.

use std::ops::Range;

/// Largest value drawn as it is: the difference of larger ones may not be finite.
const LARGEST: f64 = 1e300;
/// Rates drawn as they are: below `f64::EPSILON` plotters shows no tick.
const RATES: (f64, f64) = (1e-12, 1e12);

/// A range around the finite ones of `values`, with a margin.
pub(super) fn linear(values: impl Iterator<Item = f64>) -> Range<f64> {
    let Some((low, high)) = extent(values, (-LARGEST, LARGEST)) else {
        return 0.0..1.0;
    };
    let size = low.abs().max(high.abs()).max(1e-6);
    // A series that hardly moves is a flat line in the middle, not noise blown
    // up to the panel's height.
    let flat = high - low <= size * 1e-3;
    let margin = if flat { size * 0.1 } else { (high - low) * 0.05 };
    let floor = if low >= 0.0 { 0.0 } else { f64::MIN };
    (low - margin).max(floor)..high + margin
}

/// Whole decades around the finite positive ones of `values`, at least two
/// ticks, with a margin.
pub(super) fn decades(values: impl Iterator<Item = f64>) -> Range<f64> {
    let positive = values.filter(|v| *v > 0.0);
    let (low, high) = extent(positive, RATES).unwrap_or((0.1, 1.0));
    let (mut low, high) = (low.log10().floor(), high.log10().ceil());
    if low == high {
        low -= 1.0;
    }
    10f64.powf(low - 0.1)..10f64.powf(high + 0.1)
}

/// Least and greatest of the finite `values`, each moved into `limits`.
fn extent(values: impl Iterator<Item = f64>, limits: (f64, f64)) -> Option<(f64, f64)> {
    let finite = values.filter(|v| v.is_finite()).map(|v| v.clamp(limits.0, limits.1));
    finite.map(|v| (v, v)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

#[cfg(test)]
mod tests {
    use plotters::coord::combinators::{IntoLogRange, LogCoord};
    use plotters::coord::ranged1d::{AsRangedCoord, Ranged};

    use super::*;

    const EXTREMES: [f64; 16] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN,
        -1e300,
        -1.0,
        -0.0,
        5e-324,
        1e-300,
        1e-17,
        1.0,
        1.0 + f64::EPSILON,
        1e17,
        1e17 + 16.0,
        1e300,
        f64::MAX,
    ];

    #[test]
    fn plotters_finds_ticks_whatever_the_values() {
        for pair in EXTREMES.iter().flat_map(|a| EXTREMES.map(|b| [*a, b])) {
            let range = linear(pair.into_iter());
            assert!(range.start < range.end && (range.end - range.start).is_finite(), "{pair:?}");
            let axis = <Range<f64> as AsRangedCoord>::CoordDescType::from(range);
            assert!((2..=8).contains(&axis.key_points(8).len()), "{pair:?}");

            let range = decades(pair.into_iter());
            assert!(0.0 < range.start && range.start < range.end, "{pair:?}");
            let axis = LogCoord::from(range.log_scale());
            assert!((2..=9).contains(&axis.key_points(8).len()), "{pair:?}");
        }
    }

    #[test]
    fn a_range_holds_its_values_and_little_more() {
        let linear = |low, high| linear([low, f64::NAN, high].into_iter());
        assert_eq!(linear(2.0, 3.0), 1.95..3.05);
        assert_eq!(linear(0.01, 1.01), 0.0..1.06);
        assert_eq!(linear(2.0, 2.0), 1.8..2.2);
        assert_eq!(linear(f64::NAN, f64::INFINITY), 0.0..1.0);

        let decades = |low, high| {
            let range = decades([low, 0.0, high].into_iter());
            [range.start.log10(), range.end.log10()].map(|e| (e * 10.0).round() / 10.0)
        };
        assert_eq!(decades(1e-4, 0.1), [-4.1, -0.9]);
        assert_eq!(decades(0.02, 0.4), [-2.1, 0.1]);
        assert_eq!(decades(0.1, 0.1), [-2.1, -0.9]);
    }
}
