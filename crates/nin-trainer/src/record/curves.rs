//! `curves.svg` and `curves.png`: what TensorBoard would show of a run, as a
//! picture.
//!
//! One drawing goes to both files, in an embedded font: the machine need not
//! have one.

mod epochs;
mod panel;
mod range;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::path::Path;

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::chart::SeriesLabelPosition;
use plotters::coord::Shift;
use plotters::coord::combinators::IntoLogRange;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::{FontStyle, RGBColor, WHITE, register_font};

use super::{EpochRecord, RecordError};
use crate::whole_file::write_whole;
use epochs::Epochs;
use panel::{DOT_PX, FONT, Panel, Series};

// Colours that stay apart for colour-blind readers: Okabe and Ito, "Color
// Universal Design" (2008).
const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
const VERMILLION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);

/// Size of the picture in pixels, twice what the SVG asks for on the screen:
/// sharp on dense screens, and plotters draws at whole pixels.
const SIZE: (u32, u32) = (2880, 860);

/// Above this many epochs dots would touch, and only the line is drawn.
const MOST_DOTS: usize = 60;

/// Draws `curves.svg` and `curves.png` into `folder`: loss, accuracy and
/// learning rate over the epochs, with a mark where a plateau cut the rate.
///
/// Each file is replaced whole. Values that are not finite (or, on the
/// logarithmic axis of the rate, not above 0) leave a gap; any other value is
/// drawn.
///
/// # Errors
///
/// When a file cannot be written or the drawing fails. A picture is not worth
/// a run: warn and go on.
pub fn draw_curves(folder: &Path, title: &str, records: &[EpochRecord]) -> Result<(), RecordError> {
    register_font(FONT, FontStyle::Normal, ttf_noto_sans::REGULAR)
        .map_err(|_| failure("the embedded font is not one"))?;
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        write_whole(&path, content).map_err(RecordError::at(&path))
    };
    write("curves.svg", svg(title, records)?.as_bytes())?;
    write("curves.png", &png(title, records)?)
}

fn svg(title: &str, records: &[EpochRecord]) -> Result<String, RecordError> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    picture(&area, title, records).map_err(failure)?;
    drop(area);
    let size = |(width, height)| format!("width=\"{width}\" height=\"{height}\"");
    Ok(svg.replacen(&size(SIZE), &size((SIZE.0 / 2, SIZE.1 / 2)), 1))
}

fn png(title: &str, records: &[EpochRecord]) -> Result<Vec<u8>, RecordError> {
    let mut pixels = vec![0; (SIZE.0 * SIZE.1 * 3) as usize];
    let area = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
    picture(&area, title, records).map_err(failure)?;
    drop(area);

    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    let encode = |pixels: &[u8]| encoder.write_header()?.write_image_data(pixels);
    encode(&pixels).map_err(failure)?;
    Ok(png)
}

fn failure(what: impl Display) -> RecordError {
    RecordError::Drawing(what.to_string())
}

fn picture<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    records: &[EpochRecord],
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    area.fill(&WHITE)?;
    // XML cannot hold control characters.
    let title =
        title.replace(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'), " ");
    let columns = area.margin(16, 0, 0, 0).titled(&title, (FONT, 50))?.split_evenly((1, 3));

    let epochs = Epochs::of(records);
    let dot_px = if records.len() <= MOST_DOTS { DOT_PX } else { 0 };
    let series = |name, color, value: fn(&EpochRecord) -> Option<f64>| {
        let point = |r: &EpochRecord| (f64::from(r.epoch), value(r).unwrap_or(f64::NAN));
        Series { name, color, points: records.iter().map(point).collect(), dot_px }
    };
    let loss = Panel {
        title: "Loss",
        y_title: "mean loss per image",
        series: vec![
            series("train", BLUE, |r| Some(r.train_loss)),
            series("val", VERMILLION, |r| r.val_loss),
        ],
        legend: SeriesLabelPosition::UpperRight,
        minor_lines: 1,
        epochs: &epochs,
    };
    loss.draw(&columns[0], range::linear(loss.values()))?;

    let accuracy = Panel {
        title: "Accuracy",
        y_title: "accuracy in percent",
        series: vec![
            series("train", BLUE, |r| Some(r.train_accuracy * 100.0)),
            series("val", VERMILLION, |r| r.val_accuracy.map(|a| a * 100.0)),
        ],
        legend: SeriesLabelPosition::LowerRight,
        minor_lines: 1,
        epochs: &epochs,
    };
    accuracy.draw(&columns[1], range::linear(accuracy.values()))?;

    // Flat through each epoch.
    let step = |r: &EpochRecord| {
        let lr = if r.lr > 0.0 { r.lr } else { f64::NAN };
        [-0.5, 0.5].map(|half| (f64::from(r.epoch) + half, lr))
    };
    let steps = records.iter().flat_map(step).collect();
    let rate = Panel {
        title: "Learning rate",
        y_title: "learning rate (log)",
        series: vec![Series { name: "rate", color: GREEN, points: steps, dot_px: 0 }],
        legend: SeriesLabelPosition::LowerLeft,
        minor_lines: 10,
        epochs: &epochs,
    };
    rate.draw(&columns[2], range::decades(rate.values()).log_scale())?;
    area.present()
}
