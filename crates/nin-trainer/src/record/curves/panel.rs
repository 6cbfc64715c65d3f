//! One panel: its series and the marks of plateau cuts, in a frame.

use super::axis::Axis;
use super::scene::{Anchor, Color, Point, Scene, Shape};

/// Colour of titles and names.
pub(super) const INK: Color = 0x2b2b2b;
/// Colour of numbers.
pub(super) const FAINT_INK: Color = 0x5f5f5f;
/// Colour of the plateau marks.
pub(super) const MARK: Color = 0x7a7a7a;

/// Above this many epochs points would touch, and only the line is drawn.
const MOST_DOTS: usize = 60;
/// Above this many cuts their factors would overlap.
const MOST_FACTORS: usize = 6;

/// How the points of a series are joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Join {
    /// Straight from epoch to epoch, with a dot at each.
    Line,
    /// Flat through each epoch: what a learning rate does.
    Steps,
}

/// A named row of numbers, one an epoch.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) color: Color,
    pub(super) join: Join,
    /// Epoch and value; values that cannot be shown leave a gap.
    pub(super) points: Vec<(f64, f64)>,
}

/// A fall of the learning rate by the plateau rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    /// The first epoch with the lower rate.
    pub(super) epoch: f64,
    /// New rate over old.
    pub(super) factor: f64,
}

/// Whether the factor is written beside each mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum CutLabels {
    Shown,
    Hidden,
}

pub(super) struct Panel<'a> {
    pub(super) title: &'static str,
    pub(super) y_title: &'static str,
    pub(super) series: Vec<Series>,
    pub(super) epochs: &'a Axis,
    /// `None` when no value can be shown.
    pub(super) values: Option<Axis>,
    pub(super) cuts: &'a [Cut],
    pub(super) cut_labels: CutLabels,
    /// Top left of the plotted rectangle, and its size.
    pub(super) corner: Point,
    pub(super) size: (f32, f32),
}

impl Panel<'_> {
    pub(super) fn draw(&self, scene: &mut Scene) {
        self.draw_axes(scene);
        self.draw_legend(scene);
        let Some(values) = &self.values else {
            let at = (self.x(0.5), self.y(0.5));
            scene.text(at, "nothing to show yet", 13.0, Anchor::Middle, FAINT_INK);
            return;
        };
        self.draw_cuts(scene);
        for series in &self.series {
            self.draw_series(scene, series, values);
        }
    }

    /// From 0 to 1 along the axis to pixels.
    pub(super) fn x(&self, place: f64) -> f32 {
        self.corner.0 + place as f32 * self.size.0
    }

    pub(super) fn y(&self, place: f64) -> f32 {
        self.corner.1 + (1.0 - place as f32) * self.size.1
    }

    /// A dashed line between the last epoch of the old rate and the first of the new.
    fn draw_cuts(&self, scene: &mut Scene) {
        let labelled = self.cut_labels == CutLabels::Shown && self.cuts.len() <= MOST_FACTORS;
        for cut in self.cuts {
            let Some(place) = self.epochs.place(cut.epoch - 0.5) else {
                continue;
            };
            let x = self.x(place);
            scene.dashed((x, self.y(1.0)), (x, self.y(0.0)), MARK);
            if labelled {
                let factor = format!("×{}", (cut.factor * 1e3).round() / 1e3);
                let at = (x + 5.0, self.y(1.0) + 12.0);
                scene.text(at, &factor, 12.0, Anchor::Start, FAINT_INK);
            }
        }
    }

    fn draw_series(&self, scene: &mut Scene, series: &Series, values: &Axis) {
        let half_step = match series.join {
            Join::Line => 0.0,
            Join::Steps => 0.5,
        };
        let shown = |&(epoch, value): &(f64, f64)| {
            let y = self.y(values.place(value)?);
            let x = |epoch| Some(self.x(self.epochs.place(epoch)?));
            Some([(x(epoch - half_step)?, y), (x(epoch + half_step)?, y)])
        };
        let points: Vec<_> = series.points.iter().map(shown).collect();
        // Gaps part the line into runs.
        for run in points.split(|point| point.is_none()) {
            let run: Vec<[Point; 2]> = run.iter().copied().flatten().collect();
            let dotted = points.len() <= MOST_DOTS || run.len() == 1;
            if series.join == Join::Line && dotted {
                let dots = run.iter().map(|[point, _]| disc(*point, series.color));
                scene.shapes.extend(dots);
            }
            if run.len() > 1 || series.join == Join::Steps && !run.is_empty() {
                scene.line(run.concat(), 2.0, series.color);
            }
        }
    }
}

/// The dot of one point.
pub(super) fn disc(center: Point, color: Color) -> Shape {
    Shape::Disc { center, radius: 3.0, color }
}
