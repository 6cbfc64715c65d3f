//! From numbers to places on an axis, and the axis's ticks.

/// One labelled tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Where it stands, 0 to 1 along the axis.
    pub(super) place: f64,
    pub(super) label: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Log10,
}

/// A range of numbers along one side of a panel.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    scale: Scale,
    /// Ends of the range, on the scale (so, exponents on a log axis).
    low: f64,
    high: f64,
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// A linear axis that holds every finite one of `values`; `None` if there is none.
    pub(super) fn linear(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = extent(values.filter(|v| v.is_finite()))?;
        // Halves, because the difference of two finite numbers may not be finite.
        let half = high / 2.0 - low / 2.0;
        let size = low.abs().max(high.abs());
        // A series that hardly moves is a flat line in the middle: not noise
        // blown up to the panel's height, nor ticks of more than five digits.
        let flat = half <= (size * 5e-4).max(1e-9);
        let margin = if flat { (size * 0.1).max(1e-8) } else { half * 0.08 };
        let (low, high) = (low - margin, high + margin);
        let mut axis = Self {
            scale: Scale::Linear,
            low: low.max(f64::MIN),
            high: high.min(f64::MAX),
            ticks: Vec::new(),
        };
        axis.ticks = axis.linear_ticks(f64::MIN_POSITIVE);
        Some(axis)
    }

    /// The axis of epochs, with ticks at whole ones.
    pub(super) fn epochs(first: u32, last: u32) -> Self {
        let (first, last) = (f64::from(first), f64::from(last));
        let margin = f64::max(0.5, (last - first) * 0.03);
        let mut axis = Self {
            scale: Scale::Linear,
            low: first - margin,
            high: last + margin,
            ticks: Vec::new(),
        };
        axis.ticks = axis.linear_ticks(1.0);
        // There is no epoch 0.
        let start = axis.place(first);
        axis.ticks.retain(|tick| Some(tick.place) >= start);
        axis
    }

    /// A logarithmic axis that holds every finite positive one of `values`;
    /// `None` if there is none.
    pub(super) fn log10(values: impl Iterator<Item = f64>) -> Option<Self> {
        let positive = values.filter(|v| v.is_finite() && *v > 0.0);
        let (low, high) = extent(positive.map(f64::log10))?;
        // At least one decade, so that a constant rate stands between ticks.
        let margin = f64::max((high - low) * 0.08, (1.0 - (high - low)) / 2.0);
        let mut axis =
            Self { scale: Scale::Log10, low: low - margin, high: high + margin, ticks: Vec::new() };
        axis.ticks = axis.log_ticks();
        Some(axis)
    }

    /// Where `value` stands, 0 to 1; `None` if it cannot be shown.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let on_scale = match self.scale {
            Scale::Linear => value,
            Scale::Log10 => value.log10(),
        };
        let place = (on_scale / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        (0.0..=1.0).contains(&place).then_some(place)
    }

    /// A few ticks, mostly four to seven, at multiples of 1, 2 or 5 times a power of ten.
    fn linear_ticks(&self, smallest_step: f64) -> Vec<Tick> {
        let wanted = ((self.high / 2.0 - self.low / 2.0) / 3.5).max(smallest_step);
        let power = 10f64.powf(wanted.log10().floor());
        let factor = match wanted / power {
            f if f <= 1.0 => 1.0,
            f if f <= 2.0 => 2.0,
            f if f <= 5.0 => 5.0,
            _ => 10.0,
        };
        let step = factor * power;
        let first = (self.low / step).ceil();
        // The count bounds the loop whatever rounding does to the values.
        (0..12)
            .map(|i| (first + f64::from(i)) * step)
            .filter_map(|value| {
                let label = linear_label(value, step);
                self.place(value).map(|place| Tick { place, label })
            })
            .collect()
    }

    /// Powers of ten; on a short axis twice and five times these as well.
    fn log_ticks(&self) -> Vec<Tick> {
        let decades = self.high - self.low;
        let digits: &[u8] = if decades < 2.5 { &[1, 2, 5] } else { &[1] };
        let step = (decades / 7.0).ceil().max(1.0) as i32;
        let first = (self.low.floor() as i32).div_euclid(step) * step;
        let exponents = (first..=self.high.ceil() as i32).step_by(step as usize);
        let mut ticks = Vec::new();
        for exponent in exponents {
            for digit in digits {
                let on_scale = f64::from(exponent) + f64::from(*digit).log10();
                let place = (on_scale - self.low) / decades;
                if (0.0..=1.0).contains(&place) {
                    let label = log_label(*digit, exponent);
                    ticks.push(Tick { place, label });
                }
            }
        }
        ticks
    }
}

fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

fn linear_label(value: f64, step: f64) -> String {
    let exponent = step.log10().floor();
    if value == 0.0 {
        "0".to_owned()
    } else if value.abs() >= 1e6 || exponent < -4.0 {
        let digits = (value.abs().log10().floor() - exponent).clamp(0.0, 6.0);
        format!("{value:.*e}", digits as usize).replace(".0e", "e")
    } else {
        format!("{value:.*}", f64::max(0.0, -exponent) as usize)
    }
}

fn log_label(digit: u8, exponent: i32) -> String {
    match exponent {
        -3..=-1 => format!("0.{}{digit}", "0".repeat((-exponent - 1) as usize)),
        0..=3 => format!("{digit}{}", "0".repeat(exponent as usize)),
        _ => format!("{digit}e{exponent}"),
    }
}
