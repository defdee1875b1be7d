//! What a bubble looks like: rows of text, pictures and cards, each as high as it is.

use krilla::image::Image;

use super::line::{Line, Look, lines, paragraph_lines};
use super::ops::{BLACK, Color, Frame, GREY, LINE, Op};
use super::paragraphs::{Paragraph, one_line, paragraphs};
use super::{Fonts, PICTURE, Piece, Run};

pub const TEXT: Look = Look { size: 10.0, bold: false, color: BLACK, ours: false };
pub const SMALL: Look = Look { size: 8.0, bold: false, color: GREY, ours: false };
pub const ABOUT: Look = Look { ours: true, ..SMALL };
const TITLE: Look = Look { size: 9.5, bold: true, color: BLACK, ours: false };

/// Between two pieces.
const GAP: f32 = 5.0;
/// How far the text of a quote or a card is from its frame.
const INSET: f32 = 7.0;
/// Of a message that is quoted, so many characters are shown.
const QUOTED: usize = 160;

/// A part of a bubble that becomes rows at once: never more than a paragraph.
pub enum Block<'a> {
    Gap,
    Paragraph(Paragraph<'a>, Look),
    Piece(&'a Piece),
}

/// What a bubble is made of, from top to bottom.
pub fn blocks(pieces: &[Piece]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            blocks.push(Block::Gap);
        }
        match piece {
            Piece::Text(runs) => blocks.extend(paragraphs(runs).into_iter().map(|one| Block::Paragraph(one, TEXT))),
            Piece::Note(run) => {
                let paragraphs = paragraphs(std::slice::from_ref(run));
                blocks.extend(paragraphs.into_iter().map(|one| Block::Paragraph(one, SMALL)));
            }
            other => blocks.push(Block::Piece(other)),
        }
    }
    blocks
}

impl Block<'_> {
    /// The rows of a block, at most `width` wide.
    pub fn rows(&self, fonts: &mut Fonts, width: f32) -> Vec<Line> {
        match self {
            Block::Gap => vec![Line { height: GAP, ..Line::default() }],
            Block::Paragraph(paragraph, look) => paragraph_lines(fonts, paragraph, *look, width),
            Block::Piece(Piece::Quote { sender, text }) => vec![quote(fonts, sender, text, width)],
            Block::Piece(Piece::Card { title, lines, link }) => {
                vec![card(fonts, title, lines, link.as_ref(), width)]
            }
            Block::Piece(Piece::Picture { jpeg, width: across, height }) => match picture(jpeg, *across, *height) {
                Some(row) => vec![row],
                None => lines(fonts, &[Run::plain("(a picture that cannot be drawn)")], SMALL, width),
            },
            // These are paragraphs.
            Block::Piece(Piece::Text(_) | Piece::Note(_)) => Vec::new(),
        }
    }
}

/// Whether a bubble has little text, so that it is measured before it is drawn.
pub fn is_short(pieces: &[Piece]) -> bool {
    let long = |piece: &Piece| match piece {
        Piece::Text(runs) => runs.iter().map(|run| run.text.len()).sum(),
        Piece::Note(run) => run.text.len(),
        _ => 0,
    };
    pieces.iter().map(long).sum::<usize>() <= 8000
}

fn picture(jpeg: &[u8], across: u32, down: u32) -> Option<Line> {
    let image = Image::from_jpeg(jpeg.to_vec().into(), true).ok()?;
    // Pixels of a small picture are not blown up beyond what a screen of 96 dots an inch shows.
    let (width, height) = (across.max(1) as f32 * 0.75, down.max(1) as f32 * 0.75);
    let scale = (PICTURE.0 / width).min(PICTURE.1 / height).min(1.0);
    let at = Frame { x: 0.0, y: 0.0, width: (width * scale).max(4.0), height: (height * scale).max(4.0) };
    Some(Line { width: at.width, height: at.height, rtl: false, ops: vec![Op::Picture { at, image }] })
}

fn quote(fonts: &mut Fonts, sender: &str, text: &str, width: f32) -> Line {
    let text = one_line(text);
    let text = match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let runs = [Run { bold: true, ..Run::plain(format!("{}\n", one_line(sender))) }, Run::plain(text)];
    let mut row = stacked(fonts, &[(&runs, SMALL)], width - INSET);
    row.ops = row.ops.into_iter().map(|op| op.moved(INSET, 0.0)).collect();
    row.width += INSET;
    let at = Frame { x: 0.0, y: 1.0, width: 2.0, height: (row.height - 2.0).max(1.0) };
    row.ops.push(Op::Ground { at, above: 1.0, below: 1.0, fill: Some(GREY), border: None });
    row
}

fn card(fonts: &mut Fonts, title: &str, lines: &[String], link: Option<&String>, width: f32) -> Line {
    let title = [Run::plain(one_line(title))];
    let mut notes: Vec<Run> = lines.iter().map(|line| Run::plain(format!("{}\n", one_line(line)))).collect();
    notes.extend(link.map(|to| Run { link: Some(to.clone()), ..Run::plain(one_line(to)) }));
    let mut row = stacked(fonts, &[(&title, TITLE), (&notes, SMALL)], width - 2.0 * INSET);
    row.ops = row.ops.into_iter().map(|op| op.moved(INSET, INSET)).collect();
    (row.width, row.height) = (row.width + 2.0 * INSET, row.height + 2.0 * INSET);
    let at = Frame { x: 0.0, y: 0.0, width: row.width, height: row.height };
    row.ops.insert(0, Op::Ground { at, above: 5.0, below: 5.0, fill: Some(WHITE), border: Some(LINE) });
    row
}

const WHITE: Color = [255, 255, 255];

/// Texts below one another, as one row.
fn stacked(fonts: &mut Fonts, texts: &[(&[Run], Look)], width: f32) -> Line {
    let laid: Vec<Line> = texts.iter().flat_map(|(runs, look)| lines(fonts, runs, *look, width)).collect();
    let mut row = Line { width: laid.iter().map(|line| line.width).fold(0.0, f32::max), ..Line::default() };
    for line in laid {
        let right = if line.rtl { row.width - line.width } else { 0.0 };
        row.ops.extend(line.ops.into_iter().map(|op| op.moved(right, row.height)));
        row.height += line.height;
    }
    row
}
