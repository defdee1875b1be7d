//! What is drawn on a page, before it is drawn.
//!
//! A page is gathered as a list, because a bubble is known to be as high as it is only when it ends, and its ground lies
//! below its text.

use krilla::action::{Action, LinkAction};
use krilla::annotation::{LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::page::Page;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, KrillaGlyph};

/// Red, green, blue.
pub type Color = [u8; 3];

pub const BLACK: Color = [0, 0, 0];
pub const GREY: Color = [96, 96, 102];
pub const LINE: Color = [190, 190, 196];
pub const LINK: Color = [0, 72, 180];
pub const THEIRS: Color = [238, 238, 241];
pub const MINE: Color = [218, 234, 255];

/// Something drawn, in points from the upper left corner.
#[derive(Clone)]
pub enum Op {
    Glyphs(Glyphs),
    /// A rectangle, its corners rounded above and below by so much.
    Ground {
        at: Frame,
        above: f32,
        below: f32,
        fill: Option<Color>,
        border: Option<Color>,
    },
    Picture {
        at: Frame,
        image: Image,
    },
    Link {
        at: Frame,
        to: String,
    },
}

#[derive(Clone)]
pub struct Glyphs {
    pub x: f32,
    /// The baseline.
    pub y: f32,
    pub font: Font,
    pub size: f32,
    pub glyphs: Vec<KrillaGlyph>,
    /// What the glyphs say; their ranges are of this.
    pub text: String,
    pub color: Color,
    /// Made bold here, where the font has no bold.
    pub embolden: bool,
    /// Made slanted here, by so many degrees, where the font has no italic.
    pub slant: Option<f32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Op {
    /// The same, elsewhere.
    pub fn moved(mut self, right: f32, down: f32) -> Op {
        match &mut self {
            Op::Glyphs(Glyphs { x, y, .. }) => (*x, *y) = (*x + right, *y + down),
            Op::Ground { at, .. } | Op::Picture { at, .. } | Op::Link { at, .. } => {
                (at.x, at.y) = (at.x + right, at.y + down);
            }
        }
        self
    }

    /// A line below or through text.
    pub fn rule(x: f32, y: f32, width: f32, thick: f32, color: Color) -> Op {
        let at = Frame { x, y, width, height: thick };
        Op::Ground { at, above: 0.0, below: 0.0, fill: Some(color), border: None }
    }
}

/// Draws all of a page.
pub fn draw(page: &mut Page, ops: Vec<Op>) {
    let mut links = Vec::new();
    let mut surface = page.surface();
    for op in ops {
        match op {
            Op::Glyphs(glyphs) => text(&mut surface, &glyphs),
            Op::Ground { at, above, below, fill, border } => {
                let Some(path) = rounded(at, above, below) else { continue };
                surface.set_fill(fill.map(filled));
                surface.set_stroke(border.map(|color| stroked(color, 0.6)));
                surface.draw_path(&path);
            }
            Op::Picture { at, image } => {
                let Some(size) = Size::from_wh(at.width, at.height) else { continue };
                surface.push_transform(&Transform::from_translate(at.x, at.y));
                surface.draw_image(image, size);
                surface.pop();
            }
            Op::Link { at, to } => links.push((at, to)),
        }
    }
    surface.finish();
    for (at, to) in links {
        let Some(rect) = Rect::from_xywh(at.x, at.y, at.width, at.height) else { continue };
        let target = Target::Action(Action::Link(LinkAction::new(to)));
        page.add_annotation(LinkAnnotation::new(rect, target).into());
    }
}

fn text(surface: &mut Surface, op: &Glyphs) {
    surface.set_fill(Some(filled(op.color)));
    surface.set_stroke(op.embolden.then(|| stroked(op.color, op.size / 30.0)));
    let mut start = Point::from_xy(op.x, op.y);
    if let Some(degrees) = op.slant {
        let slant = Transform::from_row(1.0, 0.0, -degrees.to_radians().tan(), 1.0, op.x, op.y);
        surface.push_transform(&slant);
        start = Point::from_xy(0.0, 0.0);
    }
    surface.draw_glyphs(start, &op.glyphs, op.font.clone(), &op.text, op.size, false);
    if op.slant.is_some() {
        surface.pop();
    }
}

fn filled([red, green, blue]: Color) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn stroked([red, green, blue]: Color, width: f32) -> Stroke {
    Stroke { paint: rgb::Color::new(red, green, blue).into(), width, ..Stroke::default() }
}

fn rounded(at: Frame, above: f32, below: f32) -> Option<Path> {
    // How far the handles of a curve are along the corner, for a quarter of a circle.
    const HANDLE: f32 = 0.552_285;
    let Frame { x, y, width, height } = at;
    let (right, bottom) = (x + width, y + height);
    let (above, below) = (above.min(height / 2.0).min(width / 2.0), below.min(height / 2.0).min(width / 2.0));
    let (a, b) = (above * (1.0 - HANDLE), below * (1.0 - HANDLE));
    let mut path = PathBuilder::new();
    path.move_to(x + above, y);
    path.line_to(right - above, y);
    path.cubic_to(right - a, y, right, y + a, right, y + above);
    path.line_to(right, bottom - below);
    path.cubic_to(right, bottom - b, right - b, bottom, right - below, bottom);
    path.line_to(x + below, bottom);
    path.cubic_to(x + b, bottom, x, bottom - b, x, bottom - below);
    path.line_to(x, y + above);
    path.cubic_to(x, y + a, x + a, y, x + above, y);
    path.close();
    path.finish()
}
