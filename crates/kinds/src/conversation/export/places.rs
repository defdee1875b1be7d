//! The files of messages, beside the export.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

use backup::Backup;
use export::FolderWriter;

use super::super::{Attachment, Bubble, Header, attachments};
use super::Around;
use crate::{Error, Result};

/// The folder of all files that came with messages.
const FOLDER: &str = "Attachments";

/// Where the file of an attachment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Relative to the export, `/`-separated.
    Here(String),
    /// Not there, and why: a sentence for people.
    Missing(String),
    /// The person did not ask for files.
    LeftOut,
}

/// Puts every file of a conversation beside the export once, and knows where.
pub struct Places {
    wanted: bool,
    /// The folder of the conversation at hand.
    folder: String,
    placed: HashMap<i64, Place>,
    /// What was made of media paths of the conversation at hand, see [`beside`](super::beside).
    pub(super) made: HashMap<String, Option<String>>,
}

impl Places {
    pub fn new(wanted: bool) -> Places {
        Places { wanted, folder: String::new(), placed: HashMap::new(), made: HashMap::new() }
    }

    /// Where the file of an attachment of the conversation at hand is.
    pub fn of(&self, attachment: &Attachment) -> &Place {
        self.placed.get(&attachment.id).unwrap_or(&Place::LeftOut)
    }

    /// Whether files are put beside the export.
    pub(super) fn wanted(&self) -> bool {
        self.wanted
    }

    /// A conversation begins.
    pub(super) fn begin(&mut self, conversation: &Header) {
        // A title is one name, whatever is in it.
        self.folder = format!("{FOLDER}/{}", one_name(&conversation.title));
        self.placed.clear();
        self.made.clear();
    }
}

impl Around<'_> {
    /// Puts the files of some messages of the conversation at hand into their places.
    pub(super) fn put_files(&mut self, backup: &Backup, bubbles: &[Bubble]) -> Result<()> {
        if !self.places.wanted {
            return Ok(());
        }
        for (file, when) in bubbles.iter().flat_map(|bubble| attachments(bubble).map(|file| (file, bubble.when))) {
            if !self.places.placed.contains_key(&file.id) {
                let place = self.put_file(backup, file, when)?;
                self.places.placed.insert(file.id, place);
            }
        }
        Ok(())
    }

    fn put_file(&mut self, backup: &Backup, file: &Attachment, when: Option<i64>) -> Result<Place> {
        let name = format!("{}/{}", self.places.folder, one_name(&file.name));
        let Some(entry) = self.messenger.file(file.id)? else {
            return Ok(missing(&mut self.folder, name, file.reason.clone().unwrap_or_default()));
        };
        let source = match backup.read(&entry) {
            Ok(source) => source,
            Err(error) => return Ok(missing(&mut self.folder, name, error.to_string())),
        };
        let (done, total) = self.at;
        let run = &mut *self.run;
        let mut source = Stoppable { source, go_on: &mut || run.step(done, total), stopped: false };
        match self.folder.add(&name, when, &mut source) {
            Ok(path) => Ok(Place::Here(slashed(&path))),
            Err(export::Error::Read { .. }) if source.stopped => Err(Error::Cancelled),
            Err(export::Error::Read { source: problem, .. }) => {
                Ok(missing(&mut self.folder, name, format!("it could not be read: {problem}")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn missing(folder: &mut FolderWriter, name: String, reason: String) -> Place {
    folder.skip(name, reason.clone());
    Place::Missing(reason)
}

/// A text from a phone as one name of a path.
pub(super) fn one_name(name: &str) -> String {
    name.replace('/', "_")
}

/// A relative path as exports name it.
pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A file that is read as long as nobody wants to stop: a film of hours, too, ends at once.
struct Stoppable<'a, R> {
    source: R,
    go_on: &'a mut dyn FnMut() -> bool,
    stopped: bool,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !(self.go_on)() {
            self.stopped = true;
            return Err(io::Error::other("stopped"));
        }
        self.source.read(buffer)
    }
}
