//! Pages, filled from top to bottom.

use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;

use super::bubble::{ABOUT, SMALL, blocks, is_short};
use super::line::{Line, Look, lines};
use super::ops::{BLACK, Frame, GREY, LINE, MINE, Op, THEIRS, draw};
use super::paragraphs::{isolated, one_line};
use super::{Bubble, Fonts, Front, Piece, Run, Side};
use crate::{Error, Result};

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 56.0;
const TOP: f32 = 52.0;
const BOTTOM: f32 = PAGE.1 - 64.0;
pub(super) const COLUMN: f32 = PAGE.0 - 2.0 * MARGIN;
/// The widest text of a bubble.
const WIDEST: f32 = 340.0;
/// Between who said it and the bubble.
const GAP: f32 = 1.5;
/// How far the content of a bubble is from its edge.
const PAD: (f32, f32) = (9.0, 6.0);
const CORNER: f32 = 9.0;
/// A bubble that would fit on a page of its own and is not higher than this is not broken over two.
const WHOLE: f32 = 380.0;

/// A volume ends after so many pages, or so many bytes of pictures.
///
/// Measured: 400 pages of text are a file of 1.6 MB, made in 20 MB of memory, fonts included; a picture is held as long as
/// the volume is open, and once more when it is written.
const MOST_PAGES: usize = 1000;
const MOST_PICTURES: usize = 64 << 20;

/// One PDF file in the making.
pub struct Volume {
    document: Document,
    title: String,
    outline: Outline,
    /// Pages that are done.
    pages: usize,
    pictures: usize,
    ops: Vec<Op>,
    y: f32,
}

impl Volume {
    /// Begins a volume with its first page.
    pub fn begin(fonts: &mut Fonts, front: &Front) -> Volume {
        let title = one_line(&front.title);
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(title.clone()).creator("Heirloom".to_owned()));
        let (ops, outline) = (Vec::new(), Outline::new());
        let mut volume = Volume { document, title, outline, pages: 0, pictures: 0, ops, y: TOP };
        volume.front(fonts, front);
        volume.turn(fonts);
        volume
    }

    /// Whether what comes next belongs into another volume.
    pub fn full(&self) -> bool {
        self.pages >= MOST_PAGES || self.pictures >= MOST_PICTURES
    }

    /// A name in the list of contents that readers show beside the pages; leads to what comes next.
    pub fn chapter(&mut self, name: &str) {
        let place = XyzDestination::new(self.pages, Point::from_xy(0.0, self.y.min(BOTTOM)));
        self.outline.push_child(OutlineNode::new(one_line(name), place));
    }

    /// A line across the page.
    pub fn heading(&mut self, fonts: &mut Fonts, text: &str) {
        const LOOK: Look = Look { size: 9.0, bold: true, color: GREY, ours: true };
        let laid = lines(fonts, &[Run::plain(one_line(text))], LOOK, COLUMN * 0.7);
        // A heading at the foot of a page would be alone there.
        self.need(fonts, 100.0);
        self.y += 10.0;
        for line in laid {
            let (left, middle) = ((COLUMN - line.width) / 2.0, self.y + line.height / 2.0);
            let ruled = (left - 12.0).max(0.0);
            self.ops.push(Op::rule(MARGIN, middle, ruled, 0.5, LINE));
            self.ops.push(Op::rule(MARGIN + COLUMN - ruled, middle, ruled, 0.5, LINE));
            self.put(line, MARGIN + left);
        }
        self.y += 6.0;
    }

    /// Something that happened, in the middle.
    pub fn event(&mut self, fonts: &mut Fonts, text: &str) {
        let laid = lines(fonts, &[Run::plain(one_line(text))], ABOUT, COLUMN * 0.7);
        self.y += 4.0;
        for line in laid {
            self.need(fonts, line.height);
            let left = (COLUMN - line.width) / 2.0;
            self.put(line, MARGIN + left);
        }
        self.y += 6.0;
    }

    /// What one person said.
    pub fn bubble(&mut self, fonts: &mut Fonts, bubble: &Bubble) {
        let blocks = blocks(&bubble.pieces);
        // What is short is as wide as its widest row; what is long, as wide as can be, and never all in memory.
        let mut ready: Vec<Vec<Line>> = match is_short(&bubble.pieces) {
            true => blocks.iter().map(|block| block.rows(fonts, WIDEST)).collect(),
            false => Vec::new(),
        };
        let rows = || ready.iter().flatten();
        let width = if ready.is_empty() { WIDEST } else { rows().map(|row| row.width).fold(0.0, f32::max) };
        let height: f32 = rows().map(|row| row.height).sum();
        let first = rows().next().map_or(20.0, |row| row.height);
        let name = Run { bold: true, ..Run::plain(isolated(&bubble.sender)) };
        let about = lines(fonts, &[name, Run::plain(format!("   {}", one_line(&bubble.about)))], ABOUT, COLUMN);
        let above: f32 = about.iter().map(|line| line.height).sum();
        let together = above + GAP + 2.0 * PAD.1 + if (1.0..WHOLE).contains(&height) { height } else { first };
        self.need(fonts, together);
        self.aside(fonts, about, bubble.side);
        self.y += GAP;

        let mut ground = Ground::open(self, bubble.side, width);
        for (at, block) in blocks.iter().enumerate() {
            let rows = match ready.get_mut(at) {
                Some(rows) => std::mem::take(rows),
                None => block.rows(fonts, WIDEST),
            };
            for row in rows {
                if self.y + row.height + PAD.1 > BOTTOM && self.y > ground.top + PAD.1 {
                    ground.close(self, false);
                    self.turn(fonts);
                    ground.go_on(self);
                }
                let right = if row.rtl { width - row.width } else { 0.0 };
                self.put(row, ground.x + PAD.0 + right);
            }
        }
        ground.close(self, true);
        self.pictures += bubble.pieces.iter().map(picture_bytes).sum::<usize>();
        self.y += 2.0;
        for below in &bubble.below {
            let laid = lines(fonts, &[Run::plain(one_line(below))], ABOUT, WIDEST);
            self.aside(fonts, laid, bubble.side);
        }
        self.y += 6.0;
    }

    /// Ends the volume; the bytes of the file.
    pub fn finish(mut self, fonts: &mut Fonts) -> Result<Vec<u8>> {
        if !self.ops.is_empty() {
            self.turn(fonts);
        }
        self.document.set_outline(self.outline);
        self.document.finish().map_err(|error| Error::Pdf { why: reason(error) })
    }

    /// Small lines beside the bubbles of a side.
    fn aside(&mut self, fonts: &mut Fonts, laid: Vec<Line>, side: Side) {
        for line in laid {
            self.need(fonts, line.height);
            let left = if side == Side::Left { 2.0 } else { COLUMN - line.width - 2.0 };
            self.put(line, MARGIN + left);
        }
    }

    /// Draws a row from here down.
    pub(super) fn put(&mut self, row: Line, x: f32) {
        self.ops.extend(row.ops.into_iter().map(|op| op.moved(x, self.y)));
        self.y += row.height;
    }

    /// Goes on to the next page where there is too little room.
    pub(super) fn need(&mut self, fonts: &mut Fonts, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.turn(fonts);
        }
    }

    pub(super) fn skip(&mut self, height: f32) {
        self.y += height;
    }

    pub(super) fn draw_rule(&mut self) {
        self.ops.push(Op::rule(MARGIN, self.y, COLUMN, 0.75, LINE));
    }

    pub(super) const LEFT: f32 = MARGIN;

    /// Ends a page.
    fn turn(&mut self, fonts: &mut Fonts) {
        self.pages += 1;
        let number = lines(fonts, &[Run::plain(format!("Page {}", self.pages))], SMALL, COLUMN);
        let title = lines(fonts, &[Run::plain(&self.title)], SMALL, COLUMN * 0.75);
        self.y = BOTTOM + 22.0;
        self.ops.push(Op::rule(MARGIN, self.y - 6.0, COLUMN, 0.5, LINE));
        if let Some(number) = number.into_iter().next() {
            let x = MARGIN + COLUMN - number.width;
            self.put(number, x);
        }
        self.y = BOTTOM + 22.0;
        if let Some(title) = title.into_iter().next() {
            self.put(title, MARGIN);
        }
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).unwrap_or_default();
        let mut page = self.document.start_page_with(size);
        draw(&mut page, std::mem::take(&mut self.ops));
        page.finish();
        self.y = TOP;
    }
}

fn reason(error: KrillaError) -> String {
    match error {
        KrillaError::Font(_, why) => format!("a font cannot be embedded: {why}"),
        KrillaError::Image(_, _, why) => format!("a picture cannot be embedded: {why}"),
        other => format!("{other:?}"),
    }
}

fn picture_bytes(piece: &Piece) -> usize {
    match piece {
        Piece::Picture { jpeg, .. } => jpeg.len(),
        _ => 0,
    }
}

/// The ground of a bubble, which is drawn when it is known how high it is.
struct Ground {
    side: Side,
    x: f32,
    width: f32,
    top: f32,
    /// The place in the page's list where it belongs: below what stands on it.
    place: usize,
    begun: bool,
}

impl Ground {
    fn open(volume: &mut Volume, side: Side, content: f32) -> Ground {
        let width = content + 2.0 * PAD.0;
        let x = if side == Side::Left { MARGIN } else { MARGIN + COLUMN - width };
        let ground = Ground { side, x, width, top: volume.y, place: volume.ops.len(), begun: true };
        volume.y += PAD.1;
        ground
    }

    /// On the next page.
    fn go_on(&mut self, volume: &mut Volume) {
        (self.top, self.place, self.begun) = (volume.y, volume.ops.len(), false);
        volume.y += PAD.1;
    }

    fn close(&self, volume: &mut Volume, ends: bool) {
        volume.y += PAD.1;
        let at = Frame { x: self.x, y: self.top, width: self.width, height: volume.y - self.top };
        let fill = Some(if self.side == Side::Left { THEIRS } else { MINE });
        let (above, below) = (if self.begun { CORNER } else { 0.0 }, if ends { CORNER } else { 0.0 });
        volume.ops.insert(self.place, Op::Ground { at, above, below, fill, border: None });
    }
}

/// The letters of a first page.
pub(super) const TITLE: Look = Look { size: 22.0, bold: true, color: BLACK, ours: false };
