//! Messages as one table.

use export::{FileWriter, csv};

use super::super::table::{COLUMNS, row};
use super::super::{Bubble, Header};
use super::places::Place;
use super::{Around, Writer};
use crate::Result;

/// The table `<name>.csv`, a line per message; a file stands as where it is, or as its name where it is missing.
pub struct Table {
    name: String,
    title: String,
    out: Option<FileWriter>,
}

impl Table {
    pub fn new(name: &str) -> Table {
        Table { name: format!("{name}.csv"), title: String::new(), out: None }
    }
}

impl Writer for Table {
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()> {
        self.title.clone_from(&conversation.title);
        if self.out.is_none() {
            let out = self.out.insert(around.folder.begin(&self.name)?);
            csv::write_titles(&COLUMNS, out)?;
        }
        Ok(())
    }

    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        for bubble in bubbles {
            let cells = row(&self.title, bubble, |file| match around.places.of(file) {
                Place::Here(path) => path.clone(),
                Place::Missing(reason) => format!("{} (missing: {reason})", file.name),
                Place::LeftOut => file.name.clone(),
            });
            csv::write_row(&cells, out)?;
        }
        Ok(())
    }

    fn finish(&mut self, around: &mut Around) -> Result<()> {
        around.close(&mut self.out)
    }
}
