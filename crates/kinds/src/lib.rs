//! What is inside a phone: one folder per kind of thing.
//!
//! Each kind has three parts: *where* its files are in a backup, how they are *read*, and how an item is *shown* (as a
//! card, a table row, a document). [`calls`] is the smallest and the one to read first.
//!
//! Readers take whatever a phone of any age or a damaged backup gives: a missing column reads as empty, a row that
//! cannot be read is left out and counted in the [`Report`], and only a backup that cannot be opened is an error.

pub mod calls;
pub mod contacts;
pub mod conversation;
pub mod messages;
pub mod people;
pub mod photos;
pub mod pictures;
pub mod whatsapp;

mod error;
mod fold;
#[doc(hidden)]
pub mod fuzzing;
mod kind;
mod log;
mod media;
mod numbers;
mod protobuf;
mod report;
mod sounds;
pub mod sql;
mod table;
#[cfg(test)]
pub(crate) mod testing;

pub use error::{Error, Result};
pub use fold::{fold, matches};
pub use kind::{Format, IndexCard, Kind, Opened, Place, Progress, Query, Reader, digest};
pub use media::{Media, MediaSize};
pub use report::Report;
pub use table::{CSV, JSON, export_table};

/// Every kind, in the order they are offered.
pub fn all() -> &'static [&'static dyn Kind] {
    &[messages::KIND, whatsapp::KIND, whatsapp::BUSINESS, photos::KIND, contacts::KIND, calls::KIND]
}

/// The kind of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Kind> {
    all().iter().copied().find(|kind| kind.id() == id)
}
