//! A scene as PNG, drawn with a font that is part of the program: the machine
//! need not have one.

use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, StrokeDash, Transform,
};
use ttf_parser::{Face, OutlineBuilder};

use super::scene::{Anchor, Color, Direction, Point, Scene, Shape, Stroke};
use super::svg::DASHES;
use crate::record::RecordError;

/// PNG pixels for one pixel of the scene: sharp on dense screens and when zoomed.
const SCALE: f32 = 2.0;

/// The PNG file of `scene`.
///
/// # Errors
///
/// When the picture has no pixels, does not fit into memory or the encoder fails.
pub(super) fn render(scene: &Scene) -> Result<Vec<u8>, RecordError> {
    let error = |what: &dyn std::fmt::Display| RecordError::Drawing(what.to_string());
    let pixels = |length: u32| (length as f32 * SCALE) as u32;
    let mut pixmap = Pixmap::new(pixels(scene.width), pixels(scene.height))
        .ok_or_else(|| error(&"the picture has no size that can be drawn"))?;
    let face = Face::parse(ttf_noto_sans::REGULAR, 0).map_err(|e| error(&e))?;
    for shape in &scene.shapes {
        draw(&mut pixmap, &face, shape);
    }
    pixmap.encode_png().map_err(|e| error(&e))
}

fn draw(pixmap: &mut Pixmap, face: &Face, shape: &Shape) {
    match shape {
        Shape::Rect { corner: (x, y), size: (width, height), color } => {
            let rect = Rect::from_xywh(*x, *y, *width, *height);
            fill(pixmap, rect.map(PathBuilder::from_rect), *color);
        }
        Shape::Line { points, width, stroke, color } => {
            stroke_line(pixmap, points, *width, *stroke, *color)
        }
        Shape::Disc { center: (x, y), radius, color } => {
            fill(pixmap, PathBuilder::from_circle(*x, *y, *radius), *color)
        }
        Shape::Text { at, text, size, anchor, direction, color } => {
            let turn = match direction {
                Direction::Rightwards => 0.0,
                Direction::Upwards => -90.0,
            };
            let placed = Transform::from_rotate(turn).post_translate(at.0, at.1);
            let path = outline(face, text, *size, *anchor).and_then(|p| p.transform(placed));
            fill(pixmap, path, *color);
        }
    }
}

/// Fills a path; one that is empty or not finite is none, and is skipped.
fn fill(pixmap: &mut Pixmap, path: Option<Path>, color: Color) {
    if let Some(path) = path {
        let scale = Transform::from_scale(SCALE, SCALE);
        pixmap.fill_path(&path, &paint(color), FillRule::Winding, scale, None);
    }
}

fn stroke_line(pixmap: &mut Pixmap, points: &[Point], width: f32, stroke: Stroke, color: Color) {
    let mut builder = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        match index {
            0 => builder.move_to(*x, *y),
            _ => builder.line_to(*x, *y),
        }
    }
    let Some(path) = builder.finish() else { return };
    let stroke = tiny_skia::Stroke {
        width,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Round,
        dash: match stroke {
            Stroke::Solid => None,
            Stroke::Dashed => StrokeDash::new(DASHES.to_vec(), 0.0),
        },
        ..Default::default()
    };
    let scale = Transform::from_scale(SCALE, SCALE);
    pixmap.stroke_path(&path, &paint(color), &stroke, scale, None);
}

fn paint(color: Color) -> Paint<'static> {
    let [_, red, green, blue] = color.to_be_bytes();
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

/// The outline of a line of text whose base line is y = 0.
fn outline(face: &Face, text: &str, size: f32, anchor: Anchor) -> Option<Path> {
    let scale = size / f32::from(face.units_per_em());
    let mut glyphs = Glyphs { path: PathBuilder::new(), scale, x: 0.0 };
    for c in text.chars() {
        // Glyph 0 is the font's box for characters that it lacks.
        let glyph = face.glyph_index(c).unwrap_or_default();
        face.outline_glyph(glyph, &mut glyphs);
        glyphs.x += scale * f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
    }
    let shift = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * glyphs.x,
        Anchor::End => -glyphs.x,
    };
    glyphs.path.finish()?.transform(Transform::from_translate(shift, 0.0))
}

/// Collects glyph outlines (font units, y upwards) into a path (pixels, y
/// downwards).
struct Glyphs {
    path: PathBuilder,
    scale: f32,
    /// Where the current glyph starts.
    x: f32,
}

impl Glyphs {
    fn at(&self, x: f32, y: f32) -> Point {
        (self.x + x * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Glyphs {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
