//! The address book.
//!
//! [`person`] is a card and what to call it, [`read`] fills it from Apple's tables, [`show`] turns it into shapes and
//! [`vcard`] into the file every other address book reads. Cards that the phone links (the same person in several
//! accounts) are one contact here; exports keep them apart. Facts about the databases: `docs/formats/contacts.md`.

mod accounts;
mod book;
mod day;
mod label;
mod person;
mod pictures;
mod read;
mod rows;
mod show;
#[cfg(test)]
mod tests;
pub mod vcard;

use std::path::Path;
use std::sync::Arc;

use backup::Backup;
use export::{AtomicFile, Card, Document, RowSource, Written};

pub use book::{AddressBook, Entry};
pub use day::Day;
pub use label::Label;
pub use person::{Address, Contact, Labelled, Name, Profile, digits};
pub use pictures::Pictures;

use crate::{CSV, Error, Format, IndexCard, JSON, Kind, Media, MediaSize, Opened, Place, Progress, Query, Reader};
use crate::{Report, Result, export_table};

pub const KIND: &dyn Kind = &ContactsKind;

const PLACES: [Place; 2] = [read::BOOK, pictures::IMAGES];

const VCARD: Format = Format { id: "vcf", title: "Contacts file (vCard)", extension: Some("vcf") };

struct ContactsKind;

impl Kind for ContactsKind {
    fn id(&self) -> &'static str {
        "contacts"
    }

    fn title(&self) -> &'static str {
        "Contacts"
    }

    fn places(&self) -> &'static [Place] {
        &PLACES
    }

    fn formats(&self) -> &'static [Format] {
        &[VCARD, CSV, JSON]
    }

    fn open(&self, backup: Arc<Backup>) -> Result<Opened> {
        let mut report = Report::default();
        let Some(book) = AddressBook::open(&backup, &mut report)? else {
            let unknown = report.notes.into_iter().next();
            return Ok(Opened::Empty {
                reason: unknown.unwrap_or_else(|| "This backup holds no address book.".to_owned()),
            });
        };
        let pictures = Pictures::open(&backup, &mut report)?;
        Ok(Opened::Here(Box::new(Contacts { book, pictures, report })))
    }
}

/// The contacts of one backup.
struct Contacts {
    book: AddressBook,
    pictures: Option<Pictures>,
    report: Report,
}

impl Contacts {
    /// The media path of a contact's picture: that of the first of its cards that has one.
    fn picture(&self, entry: &Entry) -> Option<String> {
        let pictures = self.pictures.as_ref()?;
        entry.cards.iter().find_map(|card| pictures.path(card.id))
    }

    /// Writes one vCard per card, several for a linked contact.
    fn export_vcards(&self, ids: &[i64], to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let entries: Vec<&Entry> = ids.iter().filter_map(|id| self.book.get(*id)).collect();
        let name = match entries.as_slice() {
            [only] => format!("{}.vcf", only.title.trim_end_matches('.')),
            _ => "Contacts.vcf".to_owned(),
        };
        let mut file = AtomicFile::create(to, &name)?;
        for (done, entry) in entries.iter().enumerate() {
            if !run.step(done as u64, entries.len() as u64) {
                return Err(Error::Cancelled);
            }
            for card in &entry.cards {
                let photo = self.pictures.as_ref().and_then(|pictures| pictures.for_vcard(card.id));
                vcard::write(card, photo, &mut file).map_err(export::Error::Output)?;
            }
        }
        run.step(entries.len() as u64, entries.len() as u64);
        let (items, bytes) = (entries.len() as u64, file.bytes());
        Ok(Written { items, files: 1, bytes, skipped: Vec::new(), main: file.finish()? })
    }
}

impl Reader for Contacts {
    fn count(&mut self) -> Result<u64> {
        Ok(self.book.entries().len() as u64)
    }

    /// Orders: `last` (the usual) and `first`, by that part of the name. Filters: `account` and `group`, by name.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        Ok(self.book.find(query))
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        let entries = ids.iter().filter_map(|id| self.book.get(*id));
        Ok(entries.map(|entry| show::card(entry, self.picture(entry))).collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        Ok(self.book.get(id).map(|entry| show::document(entry, self.picture(entry))))
    }

    /// One row per card, several for a linked contact.
    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(rows::rows(ids.iter().filter_map(|id| self.book.get(*id)).flat_map(|entry| &entry.cards)))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        match format {
            "vcf" => self.export_vcards(ids, to, run),
            _ => export_table(self, ids, format, to, "Contacts", run),
        }
    }

    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        Ok(self.pictures.as_ref().and_then(|pictures| pictures.media(path, want)))
    }

    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.book.entries().iter().map(show::index_card).for_each(sink);
        Ok(())
    }

    fn report(&self) -> Report {
        self.report.clone()
    }
}
