use crate::{Error, Result};
use plist::Value;
use std::io;
use std::path::{Path, PathBuf};

/// The pair records of this computer, as usbmuxd keeps them under `/var/lib/lockdown`.
pub(super) struct Records {
    folder: PathBuf,
    pub buid: String,
}

impl Records {
    pub fn open(state: &Path) -> Result<Records> {
        let folder = state.join("lockdown");
        std::fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let system = folder.join("SystemConfiguration.plist");
        let known = Value::from_file(&system).ok();
        let known = known.as_ref().and_then(Value::as_dictionary).and_then(|system| system.get("SystemBUID"));
        let buid = match known.and_then(Value::as_string) {
            Some(buid) => buid.to_string(),
            None => {
                let buid = uuid::Uuid::new_v4().to_string().to_uppercase();
                let content = crate::stream::dictionary([("SystemBUID", buid.as_str().into())]);
                Value::Dictionary(content).to_file_xml(&system).map_err(Error::plist(&system))?;
                buid
            }
        };
        Ok(Records { folder, buid })
    }

    pub fn read(&self, id: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.path(id)?)
    }

    /// Replaces the record whole: a reader never sees half of one.
    pub fn save(&self, id: &str, record: &[u8]) -> io::Result<()> {
        let path = self.path(id)?;
        let part = path.with_extension(format!("{}.part", uuid::Uuid::new_v4()));
        std::fs::write(&part, record)?;
        std::fs::rename(part, path)
    }

    pub fn delete(&self, id: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(id)?)
    }

    fn path(&self, id: &str) -> io::Result<PathBuf> {
        let id = wire::usbmux::normalise_udid(id);
        let plain = !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(self.folder.join(format!("{id}.plist")))
    }
}
