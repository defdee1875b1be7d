//! The first page: what this is, of whom, from when to when.

use super::bubble::SMALL;
use super::line::{Look, lines};
use super::ops::{BLACK, GREY};
use super::paragraphs::one_line;
use super::volume::{COLUMN, TITLE};
use super::{Fonts, Front, Run, Volume};

const SUBTITLE: Look = Look { size: 12.0, bold: false, color: GREY, ours: true };
const LABEL: Look = Look { size: 10.0, bold: true, color: BLACK, ours: true };
const VALUE: Look = Look { size: 10.0, bold: false, color: BLACK, ours: true };
/// How wide the names of fields are.
const LABELS: f32 = 96.0;

impl Volume {
    pub(super) fn front(&mut self, fonts: &mut Fonts, front: &Front) {
        self.skip(48.0);
        self.paragraph(fonts, &front.title, TITLE, 0.0);
        if let Some(subtitle) = &front.subtitle {
            self.skip(4.0);
            self.paragraph(fonts, subtitle, SUBTITLE, 0.0);
        }
        self.skip(16.0);
        self.draw_rule();
        self.skip(16.0);
        for (label, values) in &front.fields {
            self.need(fonts, 20.0);
            let laid = lines(fonts, &[Run::plain(one_line(label))], LABEL, LABELS - 10.0);
            let height: f32 = laid.iter().map(|line| line.height).sum();
            for line in laid {
                self.put(line, Self::LEFT);
            }
            self.skip(-height);
            for value in values {
                self.paragraph(fonts, value, VALUE, LABELS);
            }
            self.skip(8.0);
        }
        if let Some(note) = &front.note {
            self.skip(16.0);
            self.paragraph(fonts, note, SMALL, 0.0);
        }
    }

    fn paragraph(&mut self, fonts: &mut Fonts, text: &str, look: Look, indent: f32) {
        for line in lines(fonts, &[Run::plain(text)], look, COLUMN - indent) {
            self.need(fonts, line.height);
            self.put(line, Self::LEFT + indent);
        }
    }
}
