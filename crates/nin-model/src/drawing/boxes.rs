//! A feature map as a box, class scores as circles.

use std::fmt::Write;

use super::words::text;
use super::{DrawingRow, MIDDLE};

/// How far the oblique side of a box goes back, for its width.
const OBLIQUE: (f64, f64) = (0.28, 0.22);

/// Up to this many class scores are drawn one by one.
pub(super) const MOST_SCORES: usize = 10;

/// Face, top and side of a kind of box; Okabe and Ito's palette, lightened.
pub(super) type Shades = [&'static str; 3];
const INPUT: Shades = ["#d9d9d9", "#ececec", "#bdbdbd"];
pub(super) const CONVOLUTION: Shades = ["#8cc2e3", "#c0def0", "#5e9fc7"];
pub(super) const POINTWISE: Shades = ["#8fd3bc", "#c2e8db", "#5cb096"];
pub(super) const POOLING: Shades = ["#f3cf8b", "#f9e5bf", "#d9ac57"];
const SCORES: Shades = ["#eba375", "#f5cdb2", "#d55e00"];
pub(super) const OTHER: Shades = ["#d8b6cb", "#ead6e2", "#b98aa6"];

/// Height and thickness of the box of a map, in pixels.
pub(super) fn box_size([channels, height, width]: [usize; 3]) -> (f64, f64) {
    // Above 1024 pixels the box would leave the page.
    let spatial = (height.max(width).clamp(1, 1024) as f64).log2();
    let thickness = 4.0 + 4.0 * (channels.max(1) as f64).log2();
    (14.0 + 20.0 * spatial, thickness)
}

/// The colours of a layer, by what it does.
pub(super) fn shades(index: usize, row: &DrawingRow) -> Shades {
    let kind = row.kind.to_lowercase();
    match () {
        () if index == 0 => INPUT,
        () if kind.contains("pool") => POOLING,
        () if kind.contains("conv 1×1") => POINTWISE,
        () if kind.contains("conv") => CONVOLUTION,
        () => OTHER,
    }
}

/// Width on the page of what stands for a map.
pub(super) fn full_width(output: [usize; 3]) -> f64 {
    match output {
        [_, 1, 1] => 12.0,
        _ => {
            let (height, thickness) = box_size(output);
            thickness + OBLIQUE.0 * height
        }
    }
}

/// A map as a box seen from the left: its thickness in front, its width going back.
pub(super) fn draw_box(svg: &mut String, x: f64, output: [usize; 3], [face, top, side]: Shades) {
    let (height, thickness) = box_size(output);
    let (back_x, back_y) = (OBLIQUE.0 * height, OBLIQUE.1 * height);
    let left = x - full_width(output) / 2.0;
    let upper = MIDDLE - (height - back_y) / 2.0;
    let mut polygon = |fill: &str, path: String| {
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"{fill}\" stroke=\"#4a4a4a\" stroke-width=\"0.8\" \
             stroke-linejoin=\"round\"/>"
        );
    };
    polygon(face, format!("M{left:.1} {upper:.1}h{thickness:.1}v{height:.1}h-{thickness:.1}z"));
    polygon(
        top,
        format!(
            "M{left:.1} {upper:.1}l{back_x:.1} -{back_y:.1}h{thickness:.1}l-{back_x:.1} {back_y:.1}z"
        ),
    );
    polygon(
        side,
        format!(
            "M{:.1} {upper:.1}l{back_x:.1} -{back_y:.1}v{height:.1}l-{back_x:.1} {back_y:.1}z",
            left + thickness,
        ),
    );
}

/// Numbers without place, one a class, as a column of circles.
pub(super) fn draw_scores(svg: &mut String, x: f64, scores: usize) {
    let shown = scores.min(MOST_SCORES);
    let top = MIDDLE - 7.0 * (shown as f64 - 1.0);
    for index in 0..shown {
        let y = top + 14.0 * index as f64;
        // The last but one of many is left out, and stands for the rest.
        if shown < scores && index == shown - 2 {
            text(svg, x, y + 4.0, "", "⋮");
            continue;
        }
        let [fill, _, stroke] = SCORES;
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{fill}\" stroke=\"{stroke}\"/>"
        );
    }
}
