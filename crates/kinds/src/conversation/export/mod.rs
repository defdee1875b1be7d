//! Conversations written out, in any of [`FORMATS`].
//!
//! [`Scope`] says which messages, [`walk`] goes through them, [`places`] puts their files beside, and a [`Writer`] turns
//! them into one format. An export is a folder that gets its name only when it is whole. [`earlier`] reads what former
//! exports into the same folder wrote, so that a further one adds only what is new. What lies in such a folder:
//! `docs/formats/exports.md`.

mod beside;
mod csv;
mod earlier;
mod html;
mod json;
mod pdf;
mod places;
mod scope;
mod source;
mod txt;
mod walk;
mod words;

use std::path::{Path, PathBuf};

use backup::Backup;
use export::{FileWriter, FolderWriter, Written};

use super::{Bubble, Header, Messenger};
use crate::{Error, Format, Progress, Result};
use earlier::{Earlier, Log};
pub use places::{Place, Places};
pub use scope::Scope;
pub use source::Source;
use walk::{Extent, Step, Walk};

/// What conversations can be exported as; the first is the usual choice.
pub(crate) const FORMATS: [Format; 5] = [
    Format { id: "pdf", title: "Pages (PDF)", extension: None },
    Format { id: "html", title: "Web pages (HTML)", extension: None },
    Format { id: "txt", title: "Text files", extension: None },
    Format { id: "csv", title: "Spreadsheet (CSV)", extension: None },
    Format { id: "json", title: "JSON, with everything", extension: None },
];

/// How conversations are to be exported.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The id of one of the formats.
    pub format: String,
    /// Whether files are put beside the messages.
    pub attachments: bool,
    /// The version that is exported from, where its name is to be told.
    pub source: Option<Source>,
    /// Ends the export with a list of the SHA-256 of every file, and a page about the version.
    pub hashes: bool,
    /// The folder of an earlier export, which is extended by what it does not hold yet. Nothing in it is changed: what is
    /// new comes into a folder of its own inside.
    pub again: Option<PathBuf>,
}

impl Wishes {
    /// All of it, with attachments.
    pub fn plain(format: &str) -> Wishes {
        Wishes { format: format.to_owned(), attachments: true, source: None, hashes: false, again: None }
    }
}

/// Turns messages into one format: is told of a conversation's beginning, then its pages of messages, then its end.
trait Writer {
    /// A conversation with at least one message begins.
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()>;
    /// The next messages of it, oldest first, their files in their places.
    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()>;
    /// The conversation ends; nothing is to be done where all of them are in one file.
    fn end(&mut self, _around: &mut Around) -> Result<()> {
        Ok(())
    }
    /// All conversations have ended; nothing is to be done where each has files of its own.
    fn finish(&mut self, _around: &mut Around) -> Result<()> {
        Ok(())
    }
}

/// What a writer works with.
struct Around<'a> {
    messenger: &'a mut dyn Messenger,
    backup: &'a Backup,
    source: Option<&'a Source>,
    /// Of the conversation at hand; `None` where only some of it may be written.
    extent: Option<Extent>,
    /// What is left out of every conversation, in a sentence.
    left_out: Option<String>,
    /// Where the files of the messages are.
    places: Places,
    folder: FolderWriter,
    run: &'a mut dyn Progress,
    /// How many messages were begun, and how many there are.
    at: (u64, u64),
}

impl Around<'_> {
    /// To be asked before anything that takes long: [`Error::Cancelled`] when the person wants to stop.
    fn go_on(&mut self) -> Result<()> {
        let (done, total) = self.at;
        if self.run.step(done, total) { Ok(()) } else { Err(Error::Cancelled) }
    }

    /// Ends the file at hand, where one was begun.
    fn close(&mut self, out: &mut Option<FileWriter>) -> Result<()> {
        out.take().map(|out| self.folder.end(out)).transpose()?;
        Ok(())
    }
}

/// Writes what `scope` holds into a new folder called `name` in `to`, or into the folder `wishes.again`.
///
/// `name` is what the messenger is called. Stops with [`Error::Cancelled`] when `run` says so; then, and after any other
/// error, nothing of it is left. What could not be read is in the report of the messenger, files that are missing in
/// [`Written::skipped`].
pub fn export(
    messenger: &mut dyn Messenger,
    backup: &Backup,
    scope: &Scope,
    wishes: &Wishes,
    name: &str,
    to: &Path,
    run: &mut dyn Progress,
) -> Result<Written> {
    let mut writer = writer(&wishes.format, name)?;
    let earlier = wishes.again.as_deref().map(|folder| Earlier::read(folder, name, &wishes.format)).transpose()?;
    let folder = match &wishes.again {
        Some(again) => FolderWriter::staged(again, &earlier::folder_name())?,
        None => FolderWriter::staged(to, name)?,
    };
    let folder = if wishes.hashes { folder.hashed()? } else { folder };
    let walk = Walk::new(messenger, scope, run)?;
    let mut around = Around {
        messenger,
        backup,
        source: wishes.source.as_ref(),
        extent: None,
        left_out: scope.left_out(earlier.is_some()),
        places: Places::new(wishes.attachments),
        folder,
        run,
        at: (0, walk.total()),
    };
    let mut log = Log::begin(&mut around.folder, name, &wishes.format)?;
    let items = go(walk, earlier.as_ref(), writer.as_mut(), &mut around, &mut log)?;
    if let Some(again) = wishes.again.as_ref().filter(|_| items == 0) {
        return Ok(Written { main: again.clone(), ..Written::default() });
    }
    writer.finish(&mut around)?;
    let mut folder = around.folder;
    folder.end(log.finish())?;
    if let Some(source) = wishes.source.as_ref().filter(|_| wishes.hashes) {
        source.write(&mut folder)?;
    }
    let mut written = folder.finish()?;
    written.items = items;
    Ok(written)
}

/// Goes through all messages; returns how many were written.
fn go(
    mut walk: Walk,
    earlier: Option<&Earlier>,
    writer: &mut dyn Writer,
    around: &mut Around,
    log: &mut Log,
) -> Result<u64> {
    let mut items = 0;
    while let Some(step) = walk.next(around, earlier)? {
        match step {
            Step::Begin(header) => {
                around.places.begin(&header);
                writer.begin(&header, around)?;
            }
            Step::Page(bubbles) => {
                around.put_files(around.backup, &bubbles)?;
                writer.page(&bubbles, around)?;
                bubbles.iter().try_for_each(|bubble| log.add(bubble))?;
                items += bubbles.len() as u64;
            }
            Step::End => writer.end(around)?,
        }
    }
    Ok(items)
}

fn writer(format: &str, name: &str) -> Result<Box<dyn Writer>> {
    Ok(match format {
        "pdf" => Box::new(pdf::Pages::new()),
        "html" => Box::new(html::Pages::new(name)),
        "txt" => Box::new(txt::Text::default()),
        "csv" => Box::new(csv::Table::new(name)),
        "json" => Box::new(json::Lines::new(name)),
        _ => return Err(Error::UnknownFormat { kind: "Conversations", format: format.to_owned() }),
    })
}

#[cfg(test)]
mod tests;
