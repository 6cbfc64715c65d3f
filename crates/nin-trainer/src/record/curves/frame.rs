//! What surrounds the series of a panel: axes, grid, titles and legend.

use super::panel::{CutLabels, FAINT_INK, INK, MARK, Panel, Series, disc};
use super::scene::{Anchor, Color, Direction, Scene, Shape};

const GRID: Color = 0xe7e7e7;
const AXIS: Color = 0x9a9a9a;

impl Panel<'_> {
    /// Grid, ticks, axis lines and titles.
    pub(super) fn draw_axes(&self, scene: &mut Scene) {
        let (left, right) = (self.x(0.0), self.x(1.0));
        let (top, bottom) = (self.y(1.0), self.y(0.0));
        for tick in &self.epochs.ticks {
            let x = self.x(tick.place);
            scene.line(vec![(x, top), (x, bottom)], 1.0, GRID);
            let at = (x, bottom + 18.0);
            scene.text(at, &tick.label, 12.0, Anchor::Middle, FAINT_INK);
        }
        for tick in self.values.iter().flat_map(|axis| &axis.ticks) {
            let y = self.y(tick.place);
            scene.line(vec![(left, y), (right, y)], 1.0, GRID);
            let at = (left - 7.0, y + 4.3);
            scene.text(at, &tick.label, 12.0, Anchor::End, FAINT_INK);
        }
        scene.line(vec![(left, top), (left, bottom), (right, bottom)], 1.0, AXIS);

        scene.text((left, top - 14.0), self.title, 15.0, Anchor::Start, INK);
        let at = (self.x(0.5), bottom + 38.0);
        scene.text(at, "epoch", 13.0, Anchor::Middle, INK);
        scene.shapes.push(Shape::Text {
            at: (left - 60.0, self.y(0.5)),
            text: self.y_title.to_owned(),
            size: 13.0,
            anchor: Anchor::Middle,
            direction: Direction::Upwards,
            color: INK,
        });
    }

    /// Names right of the title, each behind a piece of its line.
    pub(super) fn draw_legend(&self, scene: &mut Scene) {
        let y = self.y(1.0) - 19.0;
        let mut right = self.x(1.0);
        let mut entry = |scene: &mut Scene, name: &str| {
            // About the width of the text, whatever the viewer's font.
            let text = right - 6.6 * name.len() as f32;
            scene.text((text, y + 4.3), name, 12.0, Anchor::Start, INK);
            let end = text - 6.0;
            right = end - 38.0;
            (end - 22.0, end)
        };
        if self.cut_labels == CutLabels::Shown && !self.cuts.is_empty() {
            let (start, end) = entry(scene, "rate cut");
            scene.dashed((start, y), (end, y), MARK);
        }
        if self.series.len() < 2 {
            return;
        }
        let shown = |series: &&Series| series.points.iter().any(|p| p.1.is_finite());
        for series in self.series.iter().rev().filter(shown) {
            let (start, end) = entry(scene, series.name);
            scene.line(vec![(start, y), (end, y)], 2.0, series.color);
            scene.shapes.push(disc(((start + end) / 2.0, y), series.color));
        }
    }
}
