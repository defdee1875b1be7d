//! Messages as text to read, a file per conversation.
//!
//! Every line of a message is indented, every line of ours is not: no text can pass for another message.

use export::FileWriter;

use super::super::{Bubble, BubbleKind, Header, Reaction};
use super::places::one_name;
use super::words::{clock, day, lines, marks, one_line, people, said};
use super::{Around, Writer};
use crate::Result;

const INDENT: &str = "    ";

/// The files `<conversation>.txt`.
#[derive(Default)]
pub struct Text {
    out: Option<FileWriter>,
    /// The day that was written last.
    day: String,
}

impl Writer for Text {
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()> {
        let out = self.out.insert(around.folder.begin(&format!("{}.txt", one_name(&conversation.title)))?);
        self.day.clear();
        let mut head = format!("{}\n", one_line(&conversation.title));
        let people = people(conversation);
        if !people.is_empty() {
            head.push_str(&format!("{}\n", people.join(", ")));
        }
        Ok(out.put(head.as_bytes())?)
    }

    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        for bubble in bubbles {
            let today = bubble.when.map_or_else(|| "Without a date".to_owned(), day);
            if today != self.day {
                out.put(format!("\n---- {today} ----\n").as_bytes())?;
                self.day = today;
            }
            out.put(message(bubble, around).as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, around: &mut Around) -> Result<()> {
        around.close(&mut self.out)
    }
}

fn message(bubble: &Bubble, around: &Around) -> String {
    let clock = bubble.when.map(|at| format!("{} ", clock(at))).unwrap_or_default();
    let sender = match (&bubble.sender, bubble.kind) {
        (_, BubbleKind::Event) => "*".to_owned(),
        (None, _) => "Me".to_owned(),
        (Some(sender), _) => one_line(sender),
    };
    let mut text = format!("\n{clock}{sender}");
    if let Some(marks) = marks(bubble) {
        text.push_str(&format!(" ({marks})"));
    }
    text.push('\n');
    for line in said(bubble, &around.places).iter().flat_map(|said| lines(said)) {
        text.push_str(&format!("{INDENT}{line}\n"));
    }
    for reaction in &bubble.reactions {
        text.push_str(&format!("{INDENT}  {}\n", reacted(reaction)));
    }
    text
}

fn reacted(reaction: &Reaction) -> String {
    let what = if reaction.sticker.is_some() { "[Sticker]" } else { reaction.emoji.as_str() };
    one_line(&format!("{what} {}", reaction.by.join(", ")))
}
