//! A network drawn as SVG: its feature maps as boxes, from the input at the
//! left to the class scores at the right.

mod boxes;
mod words;

#[cfg(test)]
mod tests;

use std::fmt::Write;

use boxes::{draw_box, draw_scores, full_width, shades};
use words::{LINE, draw_words, lines, text};

/// One layer of the drawing, with the feature maps that it puts out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawingRow {
    /// Name in the network, `net.0.0`; empty for the input.
    pub name: String,
    /// What it does, in words: `conv 5×5, pad 2, 96 + ReLU`.
    pub kind: String,
    /// Channels, height and width of its output.
    pub output: [usize; 3],
    /// Number of trained parameters.
    pub parameters: u64,
    /// Number of the mlpconv block that it belongs to, from 0.
    pub block: Option<usize>,
}

/// Space for one layer and its words.
const COLUMN: f64 = 112.0;
const MARGIN: f64 = 24.0;
/// Middle of the boxes.
const MIDDLE: f64 = 210.0;
/// First line of words below the boxes.
const WORDS: f64 = 340.0;

/// The SVG of a network. The first row is its input, the last its class scores.
///
/// Boxes grow with the logarithm of the map's height and width, and their
/// thickness with that of the channels. The same rows always give the same
/// text; it needs no font but the viewer's sans-serif.
///
/// ```
/// use nin_model::drawing::{DrawingRow, draw};
///
/// let row = |kind: &str, output| DrawingRow {
///     name: String::new(),
///     kind: kind.to_owned(),
///     output,
///     parameters: 0,
///     block: None,
/// };
/// let svg = draw("NIN", &[row("input", [1, 28, 28]), row("scores", [10, 1, 1])]);
/// assert!(svg.starts_with("<svg"));
/// ```
pub fn draw(title: &str, rows: &[DrawingRow]) -> String {
    let width = 2.0 * MARGIN + COLUMN * rows.len().max(2) as f64;
    let most_lines = rows.iter().map(|row| lines(row).len()).max().unwrap_or(0);
    let height = WORDS + LINE * (most_lines as f64 + 1.5);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"11.5\" \
         fill=\"#2b2b2b\" text-anchor=\"middle\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    text(&mut svg, width / 2.0, 34.0, " font-size=\"18\"", title);
    draw_blocks(&mut svg, rows, height);
    draw_arrows(&mut svg, rows);
    for (index, row) in rows.iter().enumerate() {
        let x = center(index);
        match row.output {
            [scores, 1, 1] => draw_scores(&mut svg, x, scores),
            output => draw_box(&mut svg, x, output, shades(index, row)),
        }
        draw_words(&mut svg, x, row);
    }
    svg.push_str("</svg>\n");
    svg
}

fn center(index: usize) -> f64 {
    MARGIN + COLUMN * (index as f64 + 0.5)
}

/// A light panel behind the layers of each mlpconv block, with its number.
fn draw_blocks(svg: &mut String, rows: &[DrawingRow], height: f64) {
    let mut first = 0;
    for group in rows.chunk_by(|a, b| a.block == b.block) {
        if let Some(block) = group[0].block {
            let (x, width) = (center(first) - COLUMN / 2.0, COLUMN * group.len() as f64);
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"56\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" \
                 fill=\"#f5f7fa\" stroke=\"#d5dbe3\"/>",
                x + 3.0,
                width - 6.0,
                height - 72.0,
            );
            let style = " font-size=\"13\" fill=\"#5f5f5f\"";
            text(svg, x + width / 2.0, 76.0, style, &format!("mlpconv {}", block + 1));
        }
        first += group.len();
    }
}

/// The flow of the data, along the middle of the boxes that cover it.
fn draw_arrows(svg: &mut String, rows: &[DrawingRow]) {
    for index in 1..rows.len() {
        let half = |i: usize| 0.5 * full_width(rows[i].output);
        let (from, to) = (center(index - 1) + half(index - 1), center(index) - half(index));
        let (from, to) = (from + 3.0, to - 3.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{from:.1} {MIDDLE}H{:.1}\" stroke=\"#7a7a7a\" stroke-width=\"1.3\"/>\
             <path d=\"M{to:.1} {MIDDLE}l-6 -3.5v7z\" fill=\"#7a7a7a\"/>",
            to - 5.0,
        );
    }
}
