//! The version an export came from, in words.

use export::{FolderWriter, iso_time};

use crate::Result;

/// The page about the version in an export with hashes.
const FILE: &str = "Version.txt";

/// The version that is exported from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub id: String,
    /// What proves the version's list of files and contents, in words: `BLAKE3 …`.
    pub digest: String,
    pub device: String,
    /// When the version was made, Unix milliseconds.
    pub made: i64,
}

impl Source {
    pub(super) fn write(&self, folder: &mut FolderWriter) -> Result<()> {
        let mut file = folder.begin(FILE)?;
        let made = iso_time(self.made).unwrap_or_default();
        let Source { id, digest, device, .. } = self;
        let device = device.replace(|c: char| c.is_control(), " ");
        file.put(format!("Version: {id}\nDigest:  {digest}\nDevice:  {device}\nMade:    {made}\n").as_bytes())?;
        folder.end(file)?;
        Ok(())
    }
}
