//! A conversation, whoever carried it.
//!
//! A messenger is a folder that reads its own database and fills the [shapes](Bubble) here; the window, the table, the
//! exports and the search know nothing else of it. [`crate::messages`] and [`crate::whatsapp`] are two.

pub mod export;
mod find;
mod shapes;
mod show;
mod table;
mod words;

use backup::Entry;

use crate::{Reader, Report, Result};

pub use find::{find, position};
pub use shapes::*;
pub(crate) use show::{document, preview};
pub(crate) use table::MessageRows;
pub use words::{attachments, summary};

/// Messages are read this many at a time.
pub(crate) const PAGE: usize = 500;

/// A kind whose items are conversations.
///
/// Conversations and messages are numbered within their backup; [`Bubble::guid`] is the same in every version.
pub trait Messenger: Reader {
    /// Who takes part in a conversation and how it is called; empty for an unknown one.
    fn header(&mut self, conversation: i64) -> Result<Header>;
    /// The messages of a conversation, oldest first, reactions not among them; empty for an unknown one.
    fn thread(&mut self, conversation: i64) -> Result<Vec<i64>>;
    /// The messages of a conversation that wait in "Recently Deleted", oldest first.
    fn deleted(&mut self, _conversation: i64) -> Result<Vec<i64>> {
        Ok(Vec::new())
    }
    /// Both of these, oldest first; only those sent between two times (Unix milliseconds, both included) where they are
    /// given, and then none without a time.
    fn whole(&mut self, conversation: i64, between: Option<(i64, i64)>) -> Result<Vec<i64>>;
    /// The messages of a conversation that carry files, oldest first.
    fn carrying(&mut self, conversation: i64) -> Result<Vec<i64>>;
    /// The bubbles of some messages, in the same order; unknown ones are left out.
    fn bubbles(&mut self, ids: &[i64]) -> Result<Vec<Bubble>>;
    /// The conversation and number of the message with this guid, as search results name it.
    fn locate(&mut self, guid: &str) -> Result<Option<(i64, i64)>>;
    /// The file of an attachment; `None` when it is not in this backup.
    fn file(&mut self, attachment: i64) -> Result<Option<Entry>>;
    /// The words of some messages, without what must be looked up elsewhere: what finding reads.
    fn words(&mut self, ids: &[i64]) -> Result<Vec<String>> {
        Ok(self.bubbles(ids)?.iter().map(summary).collect())
    }
    /// Where to say what could not be read.
    fn report_mut(&mut self) -> &mut Report;
}
