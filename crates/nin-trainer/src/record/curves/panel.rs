//! One panel: its series and the marks of rate cuts, in titled axes.

use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{DashedPathElement, PathElement};
use plotters::prelude::DrawingBackend;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{Color, RGBColor, WHITE};

use super::epochs::Epochs;

/// The name of the embedded font, and what an SVG viewer without it may take.
pub(super) const FONT: &str = "Noto Sans, sans-serif";
const INK: RGBColor = RGBColor(0x2b, 0x2b, 0x2b);
const GRID: RGBColor = RGBColor(0xd8, 0xd8, 0xd8);
const FAINT_GRID: RGBColor = RGBColor(0xf0, 0xf0, 0xf0);
const MARK: RGBColor = RGBColor(0x7a, 0x7a, 0x7a);

/// Radius of a dot.
pub(super) const DOT_PX: u32 = 6;

/// A named line.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) color: RGBColor,
    /// Epoch and value; a value that is not finite leaves a gap.
    pub(super) points: Vec<(f64, f64)>,
    /// Radius of a dot at each point; 0 for none.
    pub(super) dot_px: u32,
}

/// What one panel shows.
pub(super) struct Panel<'a> {
    pub(super) title: &'static str,
    pub(super) y_title: &'static str,
    pub(super) series: Vec<Series>,
    pub(super) legend: SeriesLabelPosition,
    /// Most lines between two ticks of the upright axis.
    pub(super) minor_lines: usize,
    pub(super) epochs: &'a Epochs,
}

impl Panel<'_> {
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| series.points.iter().map(|point| point.1))
    }

    /// Draws the panel; `values` is the range of its upright axis, beyond which
    /// a value is drawn at the edge.
    pub(super) fn draw<B: DrawingBackend, Y>(
        &self,
        area: &DrawingArea<B, Shift>,
        values: Y,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>>
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, (FONT, 40, &INK))
            .margin(24)
            .x_label_area_size(84)
            .y_label_area_size(140)
            .build_cartesian_2d(self.epochs.range.clone(), values)?;
        chart
            .configure_mesh()
            .x_labels(self.epochs.ticks)
            .y_labels(8)
            .x_max_light_lines(1)
            .y_max_light_lines(self.minor_lines)
            .bold_line_style(GRID)
            .light_line_style(FAINT_GRID)
            .axis_style(MARK)
            .label_style((FONT, 30, &INK))
            .axis_desc_style((FONT, 32, &INK))
            .x_desc("epoch")
            .y_desc(self.y_title)
            .x_label_formatter(&|epoch| format!("{epoch:.0}"))
            .y_label_formatter(&|value| label(*value))
            .draw()?;

        let bounds = chart.y_range();
        for (index, x) in self.epochs.cuts.iter().enumerate() {
            let ends = [(*x, bounds.start), (*x, bounds.end)];
            let style = MARK.stroke_width(2);
            let cut = chart.draw_series(DashedLineSeries::new(ends, 10, 8, style))?;
            if index == 0 {
                let sample = move |at| DashedPathElement::new(sample(at), 10, 8, style);
                cut.label("rate cut").legend(sample);
            }
        }
        for series in &self.series {
            let runs = series.points.split(|point| !point.1.is_finite());
            for (index, run) in runs.filter(|run| !run.is_empty()).enumerate() {
                let points = run.iter().map(|(x, y)| (*x, y.clamp(bounds.start, bounds.end)));
                let line = LineSeries::new(points, series.color.filled().stroke_width(4))
                    .point_size(if run.len() == 1 { DOT_PX } else { series.dot_px });
                let drawn = chart.draw_series(line)?;
                if index == 0 {
                    let style = series.color.stroke_width(4);
                    let sample = move |at| PathElement::new(sample(at), style);
                    drawn.label(series.name).legend(sample);
                }
            }
        }
        if self.values().all(|value| !value.is_finite()) {
            return Ok(());
        }
        chart
            .configure_series_labels()
            .position(self.legend.clone())
            .background_style(WHITE.mix(0.85))
            .border_style(GRID)
            .legend_area_size(56)
            .label_font((FONT, 30, &INK))
            .draw()
    }
}

/// The ends of a line in the legend.
fn sample((x, y): (i32, i32)) -> [(i32, i32); 2] {
    [(x, y), (x + 46, y)]
}

/// A tick's number, rounded to five digits: plotters' ticks carry the noise of
/// their sums.
fn label(value: f64) -> String {
    let rounded = format!("{value:.4e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-3..1e5).contains(&rounded.abs()) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}
