//! Conversations as pages: a PDF per conversation, a long one in parts.
//!
//! [`export::pdf`] makes pages; what a message is on them is said in [`bubble`], its pictures are made in [`pictures`].

mod bubble;
mod front;
mod pictures;

use export::pdf::{Fonts, Front, Uncovered, Volume};

use super::super::{Bubble, BubbleKind, Header};
use super::places::one_name;
use super::words::{clock, day, month, said};
use super::{Around, Writer};
use crate::Result;

/// The files `<conversation>.pdf`, `<conversation> (part 2).pdf` ….
pub struct Pages {
    fonts: Fonts,
    now: Option<Conversation>,
}

/// The conversation that is being written.
struct Conversation {
    /// The name of its files, without what tells them apart.
    name: String,
    title: String,
    front: Front,
    part: u32,
    volume: Volume,
    /// What was written last.
    day: String,
    month: String,
}

impl Pages {
    pub fn new() -> Pages {
        Pages { fonts: Fonts::of_system(), now: None }
    }
}

impl Writer for Pages {
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()> {
        let front = front::front(conversation, around);
        let volume = Volume::begin(&mut self.fonts, &front);
        let (name, title) = (one_name(&conversation.title), conversation.title.clone());
        let (day, month) = (String::new(), String::new());
        self.now = Some(Conversation { name, title, front, part: 1, volume, day, month });
        Ok(())
    }

    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()> {
        let Some(now) = &mut self.now else { return Ok(()) };
        for bubble in bubbles {
            around.go_on()?;
            if now.volume.full() {
                now.next_part(&mut self.fonts, around)?;
            }
            now.message(&mut self.fonts, bubble, around)?;
        }
        Ok(())
    }

    fn end(&mut self, around: &mut Around) -> Result<()> {
        let Some(now) = self.now.take() else { return Ok(()) };
        let name = now.file_name();
        write(&name, now.volume, &mut self.fonts, around)?;
        if let Some(why) = without_font(&self.fonts.take_uncovered()) {
            around.folder.skip(name, why);
        }
        Ok(())
    }
}

impl Conversation {
    fn file_name(&self) -> String {
        match self.part {
            1 => format!("{}.pdf", self.name),
            part => format!("{} (part {part}).pdf", self.name),
        }
    }

    /// Writes the volume and begins the next one.
    fn next_part(&mut self, fonts: &mut Fonts, around: &mut Around) -> Result<()> {
        let name = self.file_name();
        self.part += 1;
        let mut front = self.front.clone();
        front.title = format!("{} (part {})", self.title, self.part);
        let next = Volume::begin(fonts, &front);
        write(&name, std::mem::replace(&mut self.volume, next), fonts, around)?;
        (self.day, self.month) = (String::new(), String::new());
        Ok(())
    }

    fn message(&mut self, fonts: &mut Fonts, bubble: &Bubble, around: &mut Around) -> Result<()> {
        let today = bubble.when.map_or_else(|| "Without a date".to_owned(), day);
        if today != self.day {
            let month = bubble.when.map_or_else(|| today.clone(), month);
            if month != self.month {
                self.volume.chapter(&month);
                self.month = month;
            }
            self.volume.heading(fonts, &today);
            self.day = today;
        }
        if bubble.kind == BubbleKind::Event {
            let clock = bubble.when.map(clock).unwrap_or_default();
            let text = said(bubble, &around.places).join(" ");
            self.volume.event(fonts, format!("{clock}   {text}").trim());
        } else {
            let shown = bubble::shown(bubble, around)?;
            self.volume.bubble(fonts, &shown);
        }
        Ok(())
    }
}

fn write(name: &str, volume: Volume, fonts: &mut Fonts, around: &mut Around) -> Result<()> {
    let bytes = volume.finish(fonts)?;
    let mut file = around.folder.begin(name)?;
    file.put(&bytes)?;
    around.folder.end(file)?;
    Ok(())
}

/// What is to be said of characters that no font has.
fn without_font(Uncovered { characters, first }: &Uncovered) -> Option<String> {
    if *characters == 0 {
        return None;
    }
    let named: Vec<String> = first.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    let (count, noun) = (characters, if *characters == 1 { "character is" } else { "characters are" });
    Some(format!(
        "{count} {noun} drawn as boxes, as no font of this computer has them ({}). Install the Noto fonts and export again.",
        named.join(", ")
    ))
}
