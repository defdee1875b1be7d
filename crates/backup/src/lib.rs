//! Opens one Apple backup: its manifest, its plists and its files by domain and path.
//!
//! A backup is one folder per device, written by the phone itself (`docs/formats/backup.md`). This crate reads it and never
//! writes into it. It answers by the bytes it finds, not by what the plists claim, and treats every row as hostile: a bad row
//! is listed or counted ([`Backup::report`]), never followed, and never ends a listing.

pub mod archive;
mod backup;
mod bplist;
mod check;
mod content;
mod database;
mod decrypt;
mod der;
mod derive;
mod ending;
mod entry;
mod error;
mod facts;
mod files;
mod form;
#[doc(hidden)]
pub mod fuzzing;
mod keybag;
mod keychain;
mod keys;
mod keywrap;
mod left_out;
mod listing;
mod locked;
mod manifest;
mod mbdb;
mod mbfile;
mod password;
pub mod plists;
mod record;
mod report;
pub mod time;

pub use backup::{Backup, DomainSummary};
pub use check::CheckReport;
pub use database::Database;
pub use ending::Ending;
pub use entry::{Entry, EntryKind, Node, content_path, file_id, is_file_id};
pub use error::{Error, OldFormat, Result};
pub use facts::Facts;
pub use files::{FileSet, Folder, ReadSeek};
pub use keychain::{Keychain, KeychainItem, KeychainKind};
pub use keys::Keys;
pub use left_out::LeftOut;
pub use locked::Locked;
pub use password::Password;
pub use record::Stat;
pub use report::{Contradiction, Reason, Report};
