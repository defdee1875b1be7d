use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::files::FileSet;
use crate::form::{Form, Looked};
use crate::keybag::Keybag;
use crate::keys::Keys;
use crate::password::Password;

/// An encrypted backup, not opened: what is known without its password.
pub struct Locked {
    facts: Facts,
    keybag: Keybag,
    keybag_id: String,
}

impl Locked {
    /// Looks at a backup by its bytes; `None` where it is not encrypted. Errors as [`crate::Backup::open`], and
    /// [`Error::KeybagDamaged`] where no password could open it.
    pub fn look(files: &dyn FileSet) -> Result<Option<Locked>> {
        let looked = Looked::at(files)?;
        if matches!(looked.form, Form::Plain | Form::Mbdb { encrypted: false }) {
            return Ok(None);
        }
        if let Some(source) = looked.plists.manifest_damage() {
            return Err(Error::PlistDamaged { name: "Manifest.plist", source });
        }
        let keybag = Keybag::parse(looked.plists.keybag().ok_or(Error::KeybagDamaged)?)?;
        let keybag_id = keybag.id();
        Ok(Some(Locked { facts: looked.facts, keybag, keybag_id }))
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Tells key bags apart (hex of UUID and salts): with the same one, the same password opens a backup.
    pub fn keybag_id(&self) -> &str {
        &self.keybag_id
    }

    /// Derives the keys. Blocks for seconds: 10 million rounds since iOS 10.2. `cancelled` is asked every few milliseconds.
    ///
    /// The password is tried as typed, then in the other two forms Unicode has for it. Errors: [`Error::WrongPassword`],
    /// [`Error::Cancelled`].
    pub fn unlock(&self, password: &Password, cancelled: &dyn Fn() -> bool) -> Result<Keys> {
        self.keybag.unlock(password, cancelled)
    }
}

impl std::fmt::Debug for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locked").field("keybag_id", &self.keybag_id).finish_non_exhaustive()
    }
}
