//! Conversations as a folder: the table, and all attachments beside it.

use std::path::Path;

use backup::Backup;
use export::{AtomicFile, FolderWriter, Written, csv};

use super::{MessageRows, Messenger, PAGE, attachments};
use crate::{CSV, Error, Format, Progress, Result};

pub(crate) const FOLDER: Format = Format { id: "folder", title: "Folder with attachments", extension: None };

/// Writes a folder called `name` into `to`: a table of that name, and a folder of attachments per conversation.
pub(crate) fn export_folder(
    messenger: &mut dyn Messenger,
    backup: &Backup,
    ids: &[i64],
    name: &str,
    to: &Path,
    run: &mut dyn Progress,
) -> Result<Written> {
    let mut folder = FolderWriter::create(to, name)?;
    let (mut items, mut done) = (0, 0);
    for id in ids {
        let title = messenger.header(*id)?.title;
        for page in messenger.thread(*id)?.chunks(PAGE) {
            if !run.step(done, 0) {
                return Err(Error::Cancelled);
            }
            items += export_page(messenger, backup, &title, page, &mut folder)?;
            done += page.len() as u64;
        }
    }
    let mut table = AtomicFile::create(folder.path(), &format!("{name}.{}", CSV.id))?;
    csv::write(&mut MessageRows::new(messenger, ids), &mut table)?;
    let bytes = table.bytes();
    table.finish()?;
    let mut written = folder.finish()?;
    written.items = items;
    written.files += 1;
    written.bytes += bytes;
    Ok(written)
}

/// Copies the attachments of a page of messages; returns how many messages there were.
fn export_page(
    messenger: &mut dyn Messenger,
    backup: &Backup,
    title: &str,
    page: &[i64],
    folder: &mut FolderWriter,
) -> Result<u64> {
    let bubbles = messenger.bubbles(page)?;
    for bubble in &bubbles {
        for shown in attachments(bubble) {
            // A title is one name, whatever is in it.
            let name = format!("{}/{}", title.replace('/', "_"), shown.name.replace('/', "_"));
            let Some(entry) = messenger.file(shown.id)? else {
                folder.skip(name, shown.reason.clone().unwrap_or_default());
                continue;
            };
            let mut source = match backup.read(&entry) {
                Ok(source) => source,
                Err(error) => {
                    folder.skip(name, error.to_string());
                    continue;
                }
            };
            match folder.add(&name, bubble.when, &mut source) {
                Ok(_) => {}
                Err(export::Error::Read { source, .. }) => {
                    folder.skip(name, format!("it could not be read: {source}"));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(bubbles.len() as u64)
}
