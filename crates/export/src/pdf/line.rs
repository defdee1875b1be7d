//! Text broken into lines, ready to be drawn.

use std::ops::Range;

use krilla::text::{GlyphId, KrillaGlyph};
use parley::BaseDirection;
use parley::layout::{Alignment, AlignmentOptions, Cluster, Layout, Line as Laid, Run as Shaped};
use parley::style::{FontFamily, FontStyle, FontWeight, LineHeight, OverflowWrap, StyleProperty};

use super::emoji::emoji;
use super::fonts::{EMOJI, FAMILIES};
use super::ops::{Color, Frame, Glyphs, LINK, Op};
use super::paragraphs::{Paragraph, paragraphs};
use super::{Fonts, Run};

/// How a text looks where its runs say nothing else; sizes in points.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub size: f32,
    pub bold: bool,
    pub color: Color,
    /// From left to right whatever it begins with: a line of ours, with names in it.
    pub ours: bool,
}

/// What a stretch of text is drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ink {
    color: Color,
    underline: bool,
    strike: bool,
    /// The run of the paragraph whose link it is.
    link: Option<usize>,
}

/// One line.
#[derive(Default)]
pub struct Line {
    pub width: f32,
    pub height: f32,
    /// Begins at the right.
    pub rtl: bool,
    /// From the upper left corner of the line.
    pub ops: Vec<Op>,
}

/// A link longer than this leads nowhere.
const LONGEST_LINK: usize = 2000;

/// Breaks text into lines at most `width` wide.
pub fn lines(fonts: &mut Fonts, runs: &[Run], look: Look, width: f32) -> Vec<Line> {
    paragraphs(runs).iter().flat_map(|paragraph| paragraph_lines(fonts, paragraph, look, width)).collect()
}

/// Breaks one paragraph into lines at most `width` wide.
pub fn paragraph_lines(fonts: &mut Fonts, paragraph: &Paragraph, look: Look, width: f32) -> Vec<Line> {
    if paragraph.text.trim().is_empty() {
        return vec![Line { height: look.size * LEADING, ..Line::default() }];
    }
    let layout = lay_out(fonts, paragraph, look, width);
    layout.lines().map(|line| drawn(fonts, paragraph, &layout, &line)).collect()
}

/// The height of a line for the size of its letters.
const LEADING: f32 = 1.36;

fn lay_out(fonts: &mut Fonts, paragraph: &Paragraph, look: Look, width: f32) -> Layout<Ink> {
    let Fonts { context, layouts, .. } = fonts;
    let mut builder = layouts.ranged_builder(context, &paragraph.text, 1.0, false);
    builder.push_default(StyleProperty::FontFamily(FontFamily::Source(FAMILIES.into())));
    builder.push_default(StyleProperty::FontSize(look.size));
    builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LEADING)));
    builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
    builder.push_default(StyleProperty::Brush(Ink { color: look.color, ..Ink::default() }));
    if look.ours {
        builder.set_base_direction(BaseDirection::Ltr);
    }
    for range in emoji(&paragraph.text) {
        builder.push(StyleProperty::FontFamily(FontFamily::Source(EMOJI.into())), range);
    }
    if look.bold {
        builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
    }
    for (at, (range, run)) in paragraph.runs.iter().enumerate() {
        let link = run.link.as_deref().filter(|to| leads_somewhere(to)).map(|_| at);
        let color = if link.is_some() { LINK } else { look.color };
        let ink = Ink { color, underline: run.underline || link.is_some(), strike: run.strike, link };
        builder.push(StyleProperty::Brush(ink), range.clone());
        if run.bold {
            builder.push(StyleProperty::FontWeight(FontWeight::BOLD), range.clone());
        }
        if run.italic {
            builder.push(StyleProperty::FontStyle(FontStyle::Italic), range.clone());
        }
    }
    let mut layout = builder.build(&paragraph.text);
    layout.break_all_lines(Some(width));
    // Lines of a text that begins at the right are aligned to the longest of them.
    layout.break_all_lines(Some((layout.width() + 0.1).min(width)));
    layout.align(Alignment::Start, AlignmentOptions::default());
    layout
}

/// Whether a link may stand in a document: nothing that a reader would run or open from the disk.
fn leads_somewhere(to: &str) -> bool {
    let known = ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| to.starts_with(scheme));
    known && to.len() <= LONGEST_LINK && to.chars().all(|c| c.is_ascii_graphic())
}

fn drawn(fonts: &mut Fonts, paragraph: &Paragraph, layout: &Layout<Ink>, line: &Laid<Ink>) -> Line {
    let metrics = line.metrics();
    let content = metrics.content_block_max_coord - metrics.content_block_min_coord;
    // A script that is higher than the line, such as Nastaliq, gets the room it needs.
    let height = metrics.line_height.max(content * 0.94);
    let top = metrics.block_min_coord - (height - metrics.line_height) / 2.0;
    let mut drawn = Line { width: 0.0, height, rtl: layout.is_rtl(), ops: Vec::new() };
    let mut x = metrics.inline_min_coord + metrics.offset;
    for run in line.runs() {
        x = draw_run(fonts, paragraph, layout, &run, x, metrics.baseline - top, &mut drawn.ops);
    }
    drawn.width = match drawn.rtl {
        true => layout.width(),
        false => metrics.advance - metrics.hanging_advance + metrics.offset,
    };
    drawn
}

/// Draws what one font says; returns where it ends.
fn draw_run(
    fonts: &mut Fonts,
    paragraph: &Paragraph,
    layout: &Layout<Ink>,
    run: &Shaped<Ink>,
    mut x: f32,
    y: f32,
    ops: &mut Vec<Op>,
) -> f32 {
    let mut stretch = Stretch::default();
    for cluster in run.visual_clusters() {
        let ink = layout.styles()[usize::from(cluster.style_index())].brush;
        if stretch.ink != Some(ink) {
            std::mem::take(&mut stretch).draw(fonts, paragraph, run, y, ops);
            stretch = Stretch { x, end: x, ink: Some(ink), ..Stretch::default() };
        }
        stretch.add(fonts, paragraph, &cluster, run.font_size());
        x = stretch.end;
    }
    stretch.draw(fonts, paragraph, run, y, ops);
    x
}

/// Glyphs of one font and one ink.
#[derive(Default)]
struct Stretch {
    x: f32,
    end: f32,
    ink: Option<Ink>,
    glyphs: Vec<KrillaGlyph>,
}

impl Stretch {
    fn add(&mut self, fonts: &mut Fonts, paragraph: &Paragraph, cluster: &Cluster<Ink>, size: f32) {
        let range = cluster.text_range();
        // The letters of a ligature belong to its one glyph.
        if let Some(last) = self.glyphs.last_mut().filter(|_| cluster.is_ligature_continuation()) {
            last.text_range = last.text_range.start.min(range.start)..last.text_range.end.max(range.end);
        }
        for glyph in cluster.glyphs() {
            if glyph.id == 0 && !cluster.is_hard_line_break() {
                fonts.note_uncovered(&paragraph.text[range.clone()]);
            }
            let id = GlyphId::new(glyph.id);
            let (advance, right, up) = (glyph.advance / size, glyph.x / size, -glyph.y / size);
            self.glyphs.push(KrillaGlyph::new(id, advance, right, up, 0.0, range.clone(), None));
            self.end += glyph.advance;
        }
    }

    fn draw(mut self, fonts: &mut Fonts, paragraph: &Paragraph, run: &Shaped<Ink>, y: f32, ops: &mut Vec<Op>) {
        let (Some(ink), Some(said)) = (self.ink, span(&self.glyphs)) else { return };
        let look = run.synthesis();
        let axes: Vec<_> = look.variation_settings().iter().map(|(tag, value)| (tag.to_be_bytes(), *value)).collect();
        let Some(font) = fonts.face(run.font(), &axes) else {
            return fonts.note_uncovered(&paragraph.text[said]);
        };
        for glyph in &mut self.glyphs {
            glyph.text_range = glyph.text_range.start - said.start..glyph.text_range.end - said.start;
        }
        let (x, size, width) = (self.x, run.font_size(), self.end - self.x);
        ops.push(Op::Glyphs(Glyphs {
            x,
            y,
            font,
            size,
            glyphs: self.glyphs,
            text: paragraph.text[said].to_owned(),
            color: ink.color,
            embolden: look.embolden(),
            slant: look.skew(),
        }));
        if ink.underline {
            ops.push(Op::rule(x, y + size * 0.12, width, size * 0.06, ink.color));
        }
        if ink.strike {
            ops.push(Op::rule(x, y - size * 0.3, width, size * 0.06, ink.color));
        }
        if let Some(to) = ink.link.and_then(|at| paragraph.runs.get(at)).and_then(|(_, run)| run.link.clone()) {
            ops.push(Op::Link { at: Frame { x, y: y - size, width, height: size * 1.25 }, to });
        }
    }
}

/// The text that some glyphs say.
fn span(glyphs: &[KrillaGlyph]) -> Option<Range<usize>> {
    let start = glyphs.iter().map(|glyph| glyph.text_range.start).min()?;
    let end = glyphs.iter().map(|glyph| glyph.text_range.end).max()?;
    Some(start..end)
}
