//! The faces of the contacts, from `AddressBookImages.sqlitedb`.

use std::collections::HashSet;

use backup::{Backup, Database};

use crate::pictures::{Format, Want, render};
use crate::{Media, MediaSize, Place, Report, Result, sql};

pub(super) const IMAGES: Place = Place { domain: "HomeDomain", path: "Library/AddressBook/AddressBookImages.sqlitedb" };

/// The pictures of one address book. A media path is `contact/` and the number of the card.
pub struct Pictures {
    db: Database,
    thumbnails: bool,
    full: bool,
    /// The cards that have a picture.
    owners: HashSet<i64>,
}

impl Pictures {
    /// Opens the pictures; `None` when the backup has none.
    pub fn open(backup: &Backup, report: &mut Report) -> Result<Option<Pictures>> {
        let Some(db) = sql::spare(backup, IMAGES, report)? else { return Ok(None) };
        let has = |table: &str| ["record_id", "data"].iter().all(|column| db.columns(table).contains(*column));
        let (thumbnails, full) = (has("ABThumbnailImage"), has("ABFullSizeImage"));
        let mut pictures = Pictures { db, thumbnails, full, owners: HashSet::new() };
        for (there, table) in [(thumbnails, "ABThumbnailImage"), (full, "ABFullSizeImage")] {
            if there {
                let query = format!("SELECT DISTINCT record_id FROM {table} WHERE length(data) > 0");
                pictures.owners.extend(pictures.numbers(&query).unwrap_or_default());
            }
        }
        Ok(Some(pictures))
    }

    /// The media path of a card's picture; `None` when it has none.
    pub fn path(&self, card: i64) -> Option<String> {
        self.owners.contains(&card).then(|| format!("contact/{card}"))
    }

    /// The picture behind a media path; `None` when there is none or it cannot be drawn.
    pub fn media(&self, path: &str, want: MediaSize) -> Option<Media> {
        let card = path.strip_prefix("contact/")?.parse().ok()?;
        let (bytes, want) = match want {
            MediaSize::Original => {
                let bytes = self.large(card).or_else(|| self.small(card))?;
                let mime = Format::of(&bytes).map_or("application/octet-stream", Format::mime);
                return Some(Media::Bytes { mime, bytes });
            }
            // The phone's small picture is cropped as the person chose, the large one is not.
            MediaSize::Thumb(side) => (self.small(card).or_else(|| self.large(card))?, Want::Thumb(side)),
            MediaSize::Screen => (self.large(card).or_else(|| self.small(card))?, Want::Screen),
        };
        let picture = render(&mut bytes.as_slice(), want).ok()?;
        Some(Media::Bytes { mime: picture.mime, bytes: picture.bytes })
    }

    /// The best picture of a card as JPEG or PNG, which is what a vCard may hold.
    pub fn for_vcard(&self, card: i64) -> Option<(Format, Vec<u8>)> {
        let bytes = self.large(card).or_else(|| self.small(card))?;
        if let Some(format @ (Format::Jpeg | Format::Png)) = Format::of(&bytes) {
            return Some((format, bytes));
        }
        let picture = render(&mut bytes.as_slice(), Want::Screen).ok()?;
        let format = Format::of(&picture.bytes).filter(|format| matches!(format, Format::Jpeg | Format::Png))?;
        Some((format, picture.bytes))
    }

    /// The largest of the small ones: the phone keeps one per place it is shown at.
    fn small(&self, card: i64) -> Option<Vec<u8>> {
        let query = "SELECT data FROM ABThumbnailImage WHERE record_id = ? ORDER BY length(data) DESC LIMIT 1";
        if self.thumbnails { self.one(query, card) } else { None }
    }

    fn large(&self, card: i64) -> Option<Vec<u8>> {
        let query = "SELECT data FROM ABFullSizeImage WHERE record_id = ?";
        if self.full { self.one(query, card) } else { None }
    }

    /// A picture that cannot be read is as good as none.
    fn one(&self, query: &str, card: i64) -> Option<Vec<u8>> {
        self.db.query_row(query, [card], |row| Ok(sql::bytes(row, 0))).ok()?
    }

    fn numbers(&self, query: &str) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.db.prepare(query)?;
        let rows = statement.query_map([], |row| Ok(sql::integer(row, 0)))?;
        Ok(rows.map_while(|row| row.ok()).flatten().collect())
    }
}
