//! A picture as a list of simple shapes, which the SVG and the PNG renderer
//! both draw: so the two files are the same picture.

/// A colour as `0xRRGGBB`.
pub(super) type Color = u32;

/// A point in pixels, y downwards.
pub(super) type Point = (f32, f32);

/// Which point of a text lies at its position, along the direction of writing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The direction a text is written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Direction {
    Rightwards,
    Upwards,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stroke {
    Solid,
    Dashed,
}

/// One shape; later shapes lie over earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Rect {
        corner: Point,
        size: (f32, f32),
        color: Color,
    },
    Line {
        points: Vec<Point>,
        width: f32,
        stroke: Stroke,
        color: Color,
    },
    Disc {
        center: Point,
        radius: f32,
        color: Color,
    },
    Text {
        /// On the base line.
        at: Point,
        text: String,
        size: f32,
        anchor: Anchor,
        direction: Direction,
        color: Color,
    },
}

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// Width in pixels.
    pub(super) width: u32,
    /// Height in pixels.
    pub(super) height: u32,
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    pub(super) fn line(&mut self, points: Vec<Point>, width: f32, color: Color) {
        let stroke = Stroke::Solid;
        self.shapes.push(Shape::Line { points, width, stroke, color });
    }

    pub(super) fn dashed(&mut self, from: Point, to: Point, color: Color) {
        self.shapes.push(Shape::Line {
            points: vec![from, to],
            width: 1.2,
            stroke: Stroke::Dashed,
            color,
        });
    }

    pub(super) fn text(&mut self, at: Point, text: &str, size: f32, anchor: Anchor, color: Color) {
        self.shapes.push(Shape::Text {
            at,
            text: text.to_owned(),
            size,
            anchor,
            direction: Direction::Rightwards,
            color,
        });
    }
}
