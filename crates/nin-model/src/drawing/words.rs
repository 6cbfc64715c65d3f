//! The words of the drawing.

use std::fmt::Write;

use super::{DrawingRow, WORDS};
use crate::thousands::thousands;

/// From line to line.
pub(super) const LINE: f64 = 15.0;
/// Characters of a description that fit into a column.
const WRAP: usize = 16;

/// Size, kind, parameters and name of a layer, each line with its style.
pub(super) fn lines(row: &DrawingRow) -> Vec<(&'static str, String)> {
    let [channels, height, width] = row.output;
    let size = match (height, width) {
        (1, 1) => format!("{channels}"),
        _ => format!("{channels} × {height} × {width}"),
    };
    let mut lines = vec![(" font-weight=\"bold\"", size)];
    lines.extend(wrap(&row.kind).into_iter().map(|words| ("", words)));
    if row.parameters > 0 {
        let count = format!("{} par.", thousands(row.parameters));
        lines.push((" fill=\"#5f5f5f\"", count));
    }
    if !row.name.is_empty() {
        lines.push((" fill=\"#5f5f5f\" font-family=\"monospace\"", row.name.clone()));
    }
    lines
}

/// The lines below the box of a layer.
pub(super) fn draw_words(svg: &mut String, x: f64, row: &DrawingRow) {
    for (index, (style, words)) in lines(row).into_iter().enumerate() {
        text(svg, x, WORDS + LINE * index as f64, style, &words);
    }
}

/// Breaks words into lines of about [`WRAP`] characters; `+ ReLU` stays whole.
pub(super) fn wrap(words: &str) -> Vec<String> {
    let words = words.replace("+ ", "+\u{a0}");
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WRAP => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// One line of text around `x`, on the base line `y`.
pub(super) fn text(svg: &mut String, x: f64, y: f64, style: &str, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\"{style}>{}</text>", escape(words));
}

/// Text as XML has it; control characters, which XML cannot hold, become spaces.
fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
