//! Messages with everything that is known of them, a line of JSON each.
//!
//! Lines, not one array: what reads them needs no more memory than one line takes, a file that was cut is whole up to the
//! cut, and two exports joined are one. The lines are described in `docs/formats/exports.md`.

use std::io;

use export::FileWriter;
use serde::Serialize;

use super::super::{Bubble, Header, attachments};
use super::places::Place;
use super::{Around, Writer};
use crate::Result;

/// The file `<name>.jsonl`.
pub struct Lines {
    name: String,
    out: Option<FileWriter>,
}

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    /// The conversation that the messages below belong to, until the next such line.
    Conversation(&'a Header),
    Message {
        #[serde(flatten)]
        bubble: &'a Bubble,
        files: Vec<File<'a>>,
    },
}

/// Where the file of an attachment is.
#[derive(Serialize)]
struct File<'a> {
    attachment: i64,
    /// Relative to the export; `None` when it is not there.
    path: Option<&'a str>,
    missing: Option<&'a str>,
}

impl Lines {
    pub fn new(name: &str) -> Lines {
        Lines { name: format!("{name}.jsonl"), out: None }
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        serde_json::to_writer(&mut *out, line).map_err(|error| export::Error::Output(io::Error::from(error)))?;
        Ok(out.put(b"\n")?)
    }
}

impl Writer for Lines {
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()> {
        if self.out.is_none() {
            self.out = Some(around.folder.begin(&self.name)?);
        }
        self.line(&Line::Conversation(conversation))
    }

    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()> {
        for bubble in bubbles {
            let files = attachments(bubble).map(|file| match around.places.of(file) {
                Place::Here(path) => File { attachment: file.id, path: Some(path), missing: None },
                Place::Missing(reason) => File { attachment: file.id, path: None, missing: Some(reason) },
                Place::LeftOut => File { attachment: file.id, path: None, missing: None },
            });
            self.line(&Line::Message { bubble, files: files.collect() })?;
        }
        Ok(())
    }

    fn finish(&mut self, around: &mut Around) -> Result<()> {
        around.close(&mut self.out)
    }
}
