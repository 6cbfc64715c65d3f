//! A scene as SVG.

use std::fmt::Write;

use super::scene::{Anchor, Direction, Point, Scene, Shape, Stroke};

/// Dash and gap in pixels.
pub(super) const DASHES: [f32; 2] = [5.0, 4.0];

/// The SVG document of `scene`. Text is text, in the viewer's own sans-serif.
pub(super) fn render(scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Noto Sans, sans-serif\">\n"
    );
    for shape in &scene.shapes {
        svg.push_str(&element(shape));
        svg.push('\n');
    }
    svg.push_str("</svg>\n");
    svg
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Rect { corner: (x, y), size: (width, height), color } => format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"#{color:06x}\"/>"
        ),
        Shape::Line { points, width, stroke, color } => {
            let dashes = match stroke {
                Stroke::Solid => String::new(),
                Stroke::Dashed => format!(" stroke-dasharray=\"{} {}\"", DASHES[0], DASHES[1]),
            };
            format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"#{color:06x}\" \
                 stroke-width=\"{width}\" stroke-linejoin=\"round\"{dashes}/>",
                coordinates(points)
            )
        }
        Shape::Disc { center: (x, y), radius, color } => {
            format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"#{color:06x}\"/>")
        }
        Shape::Text { at: (x, y), text, size, anchor, direction, color } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let turn = match direction {
                Direction::Rightwards => String::new(),
                Direction::Upwards => format!(" transform=\"rotate(-90 {x:.1} {y:.1})\""),
            };
            format!(
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
                 fill=\"#{color:06x}\"{turn}>{}</text>",
                escape(text)
            )
        }
    }
}

fn coordinates(points: &[Point]) -> String {
    let mut list = String::new();
    for (x, y) in points {
        let space = if list.is_empty() { "" } else { " " };
        let _ = write!(list, "{space}{x:.1},{y:.1}");
    }
    list
}

/// Text as XML has it; control characters, which XML cannot hold, become spaces.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
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
