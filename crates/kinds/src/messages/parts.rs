//! The parts of one message: its text, and files and bubbles of apps where they stand.

use std::io::Read;

use super::attachments::File;
use super::body::{Content, Piece, Placed};
use super::bubbles::Around;
use super::read::Raw;
use super::{Messages, apps, drawings, polls};
use crate::Result;
use crate::conversation::{Part, Run};

/// A message while its parts are put in place.
pub(super) struct Placing<'a> {
    messages: &'a Messages,
    raw: &'a Raw,
    around: &'a Around,
    /// Files that have no place yet.
    left: Vec<&'a File>,
    parts: Vec<Part>,
    /// The number of each part in the body.
    numbers: Vec<i64>,
}

impl<'a> Placing<'a> {
    pub fn new(messages: &'a Messages, raw: &'a Raw, around: &'a Around) -> Placing<'a> {
        let left = files(around, raw).filter(|file| file.is_shown()).collect();
        Placing { messages, raw, around, left, parts: Vec::new(), numbers: Vec::new() }
    }

    /// The parts, and the number of each in the body.
    pub fn place(mut self, pieces: Vec<Piece>) -> Result<(Vec<Part>, Vec<i64>)> {
        if let Some(subject) = self.raw.subject.as_ref().filter(|subject| !subject.trim().is_empty()) {
            let runs = vec![Run { text: subject.clone(), bold: true, ..Run::default() }];
            self.add(-1, Part::Text { runs });
        }
        let app = self.raw.app.as_deref();
        for Piece { part, content } in pieces {
            match content {
                // The text of other apps only repeats their bubble.
                Content::Text(_) if app.is_some_and(|bundle| !apps::is_link(bundle)) => {}
                Content::Text(runs) => self.add(part, Part::Text { runs }),
                Content::File(placed) => self.file(part, placed)?,
            }
        }
        for file in std::mem::take(&mut self.left) {
            self.show(i64::MAX, file, Placed::default())?;
        }
        if let Some(bundle) = app {
            let part = self.app(bundle);
            self.add(0, part);
        }
        Ok((self.parts, self.numbers))
    }

    fn add(&mut self, number: i64, part: Part) {
        self.parts.push(part);
        self.numbers.push(number);
    }

    fn file(&mut self, number: i64, placed: Placed) -> Result<()> {
        // Old bodies name no file: then they come in order.
        let named = self.left.iter().position(|file| placed.guid.as_ref() == Some(&file.guid));
        let next = placed.guid.is_none() && !self.left.is_empty();
        match named.or(next.then_some(0)) {
            Some(place) => {
                let file = self.left.remove(place);
                self.show(number, file, placed)
            }
            None => Ok(()),
        }
    }

    fn show(&mut self, number: i64, file: &File, placed: Placed) -> Result<()> {
        let shown = file.show(&self.messages.backup, placed)?;
        if let Some((latitude, longitude)) = self.location(file)? {
            self.add(number, Part::Location { title: "Location".to_owned(), latitude, longitude });
        }
        self.add(number, Part::Attachment(shown));
        Ok(())
    }

    /// Where a shared location is: it comes as a card with a map's address in it.
    fn location(&self, file: &File) -> Result<Option<(f64, f64)>> {
        const MOST: u64 = 64 << 10;
        if !file.name().ends_with(".loc.vcf") {
            return Ok(None);
        }
        let Some(entry) = file.entry(&self.messages.backup)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = self.messages.backup.read(&entry).map(|content| content.take(MOST).read_to_end(&mut bytes));
        Ok(match read {
            Ok(Ok(_)) => coordinates(&String::from_utf8_lossy(&bytes)),
            // The card itself still stands there, and says what is wrong with it when it is opened.
            _ => None,
        })
    }

    fn app(&self, bundle: &str) -> Part {
        let payload = self.raw.payload.as_deref();
        let mut part = apps::app(bundle, payload);
        match &mut part {
            Part::App { picture, .. } => {
                let mut previews = files(self.around, self.raw).filter(|file| file.is_preview());
                let chosen = apps::picture(payload).and_then(|place| previews.nth(place));
                let here = |file: &&File| file.entry(&self.messages.backup).ok().flatten().is_some();
                *picture = chosen.filter(here).map(File::media);
            }
            Part::Poll { .. } => {
                let votes = self.around.votes.get(&self.raw.guid).map(Vec::as_slice).unwrap_or_default();
                polls::count(&mut part, payload, votes);
            }
            Part::Drawing { title, media } => {
                *title = drawings::title(bundle, payload);
                let drawn = payload.and_then(|payload| drawings::draw(bundle, payload)).is_some();
                *media = drawn.then(|| format!("drawing/{}", self.raw.id));
            }
            _ => {}
        }
        part
    }
}

fn files<'a>(around: &'a Around, raw: &Raw) -> impl Iterator<Item = &'a File> {
    around.files.get(&raw.id).into_iter().flatten()
}

/// The `ll=` of a map's address, commas escaped or not.
fn coordinates(card: &str) -> Option<(f64, f64)> {
    let place = card.split("ll=").nth(1)?.replace("\\,", ",").replace("%2C", ",");
    let (latitude, rest) = place.split_once(',')?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && !['-', '.'].contains(&c)).unwrap_or(rest.len());
    let (latitude, longitude) = (latitude.trim().parse::<f64>().ok()?, rest[..end].parse::<f64>().ok()?);
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((latitude, longitude))
}
