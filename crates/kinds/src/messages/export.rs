//! Conversations as files: one table, or a folder with the table and all attachments.

use std::path::Path;

use export::{AtomicFile, FolderWriter, Written, csv};

use super::Messages;
use super::attachments;
use crate::conversation::{self, MessageRows, Messenger, PAGE};
use crate::{CSV, Error, Progress, Result};

impl Messages {
    /// How many rows the tables of some conversations have at most.
    pub(super) fn rows_of(&self, ids: &[i64]) -> u64 {
        ids.iter().filter_map(|id| self.conversations.get(*id)).map(|conversation| conversation.messages).sum()
    }

    /// Writes a folder `Messages` into `to`: `Messages.csv`, and a folder of attachments per conversation.
    pub(super) fn export_folder(&mut self, ids: &[i64], to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let mut folder = FolderWriter::create(to, "Messages")?;
        let total = self.rows_of(ids);
        let (mut items, mut done) = (0, 0);
        for id in ids {
            let Some(title) = self.conversations.get(*id).map(|known| known.title.clone()) else { continue };
            for page in self.thread(*id)?.chunks(PAGE) {
                if !run.step(done, total) {
                    return Err(Error::Cancelled);
                }
                items += self.export_page(&title, page, &mut folder)?;
                done += page.len() as u64;
            }
        }
        let mut table = AtomicFile::create(folder.path(), &format!("Messages.{}", CSV.id))?;
        csv::write(&mut MessageRows::new(self, ids), &mut table)?;
        let bytes = table.bytes();
        table.finish()?;
        let mut written = folder.finish()?;
        written.items = items;
        written.files += 1;
        written.bytes += bytes;
        Ok(written)
    }

    /// Copies the attachments of a page of messages; returns how many messages there were.
    fn export_page(&mut self, title: &str, page: &[i64], folder: &mut FolderWriter) -> Result<u64> {
        let bubbles = self.bubbles_of(page)?;
        for bubble in &bubbles {
            for shown in conversation::attachments(bubble) {
                // A title is one name, whatever is in it.
                let name = format!("{}/{}", title.replace('/', "_"), shown.name.replace('/', "_"));
                let file = attachments::by_id(&self.db, shown.id, &mut self.report)?;
                let entry = file.map(|file| file.entry(&self.backup)).transpose()?.flatten();
                let Some(entry) = entry else {
                    folder.skip(name, shown.reason.clone().unwrap_or_default());
                    continue;
                };
                let mut source = match self.backup.read(&entry) {
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
}
