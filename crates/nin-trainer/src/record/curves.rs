//! `curves.svg` and `curves.png`: what TensorBoard would show of a run, as a
//! picture.
//!
//! Numbers become a list of shapes once, which two small renderers turn into
//! the two files. No font and no system library is needed.

mod axis;
mod frame;
mod panel;
mod png;
mod scene;
mod svg;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::{EpochRecord, RecordError, replace_file};
use axis::Axis;
use panel::{Cut, CutLabels, Join, Panel, Series};
use scene::{Anchor, Scene, Shape};

// Colours that stay apart for colour-blind readers: Okabe and Ito, "Color
// Universal Design" (2008).
const BLUE: scene::Color = 0x0072b2;
const VERMILLION: scene::Color = 0xd55e00;
const GREEN: scene::Color = 0x009e73;

const WIDTH: u32 = 1440;
const HEIGHT: u32 = 430;
const PANEL_WIDTH: f32 = WIDTH as f32 / 3.0;

/// Draws `curves.svg` and `curves.png` into `folder`: loss, accuracy and
/// learning rate over the epochs, with a mark where a plateau cut the rate.
///
/// Each file is replaced whole. Values that are not finite (or, on the
/// logarithmic axis of the rate, not above 0) leave a gap; any other value is
/// drawn.
///
/// # Errors
///
/// When a file cannot be written or the PNG encoder fails. A picture is not
/// worth a run: warn and go on.
pub fn draw_curves(folder: &Path, title: &str, records: &[EpochRecord]) -> Result<(), RecordError> {
    let scene = picture(title, records);
    replace_file(&folder.join("curves.svg"), svg::render(&scene).as_bytes())?;
    replace_file(&folder.join("curves.png"), &png::render(&scene)?)
}

fn picture(title: &str, records: &[EpochRecord]) -> Scene {
    let background =
        Shape::Rect { corner: (0.0, 0.0), size: (WIDTH as f32, HEIGHT as f32), color: 0xffffff };
    let mut scene = Scene { width: WIDTH, height: HEIGHT, shapes: vec![background] };
    let at = (WIDTH as f32 / 2.0, 32.0);
    scene.text(at, title, 18.0, Anchor::Middle, panel::INK);

    let column = |value: fn(&EpochRecord) -> Option<f64>| -> Vec<(f64, f64)> {
        let point = |r: &EpochRecord| (f64::from(r.epoch), value(r).unwrap_or(f64::NAN));
        records.iter().map(point).collect()
    };
    let series =
        |name, color, value| Series { name, color, join: Join::Line, points: column(value) };
    let loss = vec![
        series("train", BLUE, |r| Some(r.train_loss)),
        series("val", VERMILLION, |r| r.val_loss),
    ];
    let accuracy = vec![
        series("train", BLUE, |r| Some(r.train_accuracy)),
        series("val", VERMILLION, |r| r.val_accuracy),
    ];
    let rate = Series { join: Join::Steps, ..series("lr", GREEN, |r| Some(r.lr)) };

    let first = records.iter().map(|r| r.epoch).min().unwrap_or(1);
    let last = records.iter().map(|r| r.epoch).max().unwrap_or(first);
    let epochs = Axis::epochs(first, last);
    let cuts = plateau_cuts(records);
    let panel = |column: f32, title, y_title, series: Vec<Series>, cut_labels| {
        let values = series.iter().flat_map(|s| s.points.iter().map(|p| p.1));
        let values = match cut_labels {
            CutLabels::Hidden => Axis::linear(values),
            CutLabels::Shown => Axis::log10(values),
        };
        Panel {
            title,
            y_title,
            values,
            series,
            epochs: &epochs,
            cuts: &cuts,
            cut_labels,
            corner: (column * PANEL_WIDTH + 80.0, 92.0),
            size: (PANEL_WIDTH - 104.0, HEIGHT as f32 - 148.0),
        }
    };
    let hidden = CutLabels::Hidden;
    panel(0.0, "Loss", "mean loss per image", loss, hidden).draw(&mut scene);
    panel(1.0, "Accuracy", "accuracy", accuracy, hidden).draw(&mut scene);
    let shown = CutLabels::Shown;
    panel(2.0, "Learning rate", "learning rate (log)", vec![rate], shown).draw(&mut scene);
    scene
}

/// Where the rate fell after it had stood still: a plateau rule's cut, or a
/// step schedule's. A cosine or a one-cycle schedule never stands still.
fn plateau_cuts(records: &[EpochRecord]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for window in records.windows(3) {
        let [before, old, new] = [window[0].lr, window[1].lr, window[2].lr];
        if before == old && new < old {
            cuts.push(Cut { epoch: f64::from(window[2].epoch), factor: new / old });
        }
    }
    cuts
}
