//! Versions a person wants to keep: a small file beside the record. The record itself is never changed.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;

use crate::barrier::flush_folder;
use crate::error::at;
use crate::layout::{check_udid, pin_name, pin_seq};
use crate::store::names_in;
use crate::{Error, Result, Store};

impl Store {
    /// Pins a version or takes the pin away. A pinned version does not expire.
    ///
    /// Fails with [`Error::NoVersion`] when there is no record of that number.
    pub fn pin(&self, udid: &str, seq: u64, pinned: bool) -> Result<()> {
        check_udid(udid)?;
        let versions = self.0.layout.versions(udid);
        let name = self.record_of(udid, seq)?.ok_or_else(|| Error::NoVersion { udid: udid.to_owned(), seq })?;
        if pinned {
            let path = versions.join(pin_name(&name));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(at(&path)(error)),
                _ => {}
            }
        } else {
            for name in names_in(&versions)?.iter().filter(|name| pin_seq(name) == Some(seq)) {
                let path = versions.join(name);
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        flush_folder(&versions)
    }

    /// The numbers of the pinned versions of a device.
    pub fn pinned(&self, udid: &str) -> Result<BTreeSet<u64>> {
        check_udid(udid)?;
        Ok(names_in(&self.0.layout.versions(udid))?.iter().filter_map(|name| pin_seq(name)).collect())
    }
}
