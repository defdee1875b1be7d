//! The fonts of this computer.

use std::collections::HashMap;

use krilla::text::{Font, Tag};
use parley::{FontContext, FontData, LayoutContext};

use super::line::Ink;

/// What text is set in where it has the letters; for all others the system names a font.
pub const FAMILIES: &str = "'Noto Sans', 'Helvetica Neue', 'Segoe UI', sans-serif";
/// What emoji are set in: many a font of letters has a few of them, in black.
pub const EMOJI: &str = "emoji, 'Noto Sans', sans-serif";
/// So many characters without a font are named.
const NAMED: usize = 5;

/// The fonts of this computer, and room to lay out text; made once, as looking for fonts takes long.
#[derive(Default)]
pub struct Fonts {
    pub(super) context: FontContext,
    pub(super) layouts: LayoutContext<Ink>,
    faces: HashMap<Face, Option<Font>>,
    uncovered: Uncovered,
}

/// A file, a place in it, and the values of its axes.
type Face = (u64, u32, Vec<([u8; 4], u32)>);

/// Characters that no font of this computer has; a box stands for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uncovered {
    pub characters: u64,
    /// The first few, each once.
    pub first: Vec<char>,
}

impl Fonts {
    /// Finds the fonts of this computer.
    pub fn of_system() -> Fonts {
        Fonts::default()
    }

    /// What could not be drawn since the last time this was asked.
    pub fn take_uncovered(&mut self) -> Uncovered {
        std::mem::take(&mut self.uncovered)
    }

    pub(super) fn note_uncovered(&mut self, text: &str) {
        for c in text.chars() {
            self.uncovered.characters += 1;
            if self.uncovered.first.len() < NAMED && !self.uncovered.first.contains(&c) {
                self.uncovered.first.push(c);
            }
        }
    }

    /// A font to be embedded, with the values of its axes; `None` where its file cannot be.
    pub(super) fn face(&mut self, font: &FontData, axes: &[([u8; 4], f32)]) -> Option<Font> {
        let places = axes.iter().map(|(tag, value)| (*tag, value.to_bits()));
        let key = (font.data.id(), font.index, places.collect());
        let load = || {
            let axes: Vec<(Tag, f32)> = axes.iter().map(|(tag, value)| (Tag::new(tag), *value)).collect();
            let (bytes, _) = font.data.clone().into_raw_parts();
            Font::new_variable(bytes.into(), font.index, &axes)
        };
        self.faces.entry(key).or_insert_with(load).clone()
    }
}
