//! The records of a store at its new place: the same names with the same bytes as at the old one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::barrier::flush_folder;
use crate::error::{at, writing};
use crate::fault::point;
use crate::layout::{Layout, former_seq, pin_seq, record_seq};
use crate::store::names_in;
use crate::{Error, Result, objects};

/// A pin or an expiry may come in between; nobody does nothing else for so many rounds.
const ROUNDS: usize = 100;

/// Copies the records of all devices, oldest first, with their pins and times; returns how many records there are.
///
/// What is at the new place and not at the old one goes, unless that was a store already (`was_whole`): then it stays, and
/// one name with two contents is [`Error::NotEmpty`].
pub(super) fn copy(from: &Layout, to: &Layout, was_whole: bool) -> Result<u64> {
    for _ in 0..ROUNDS {
        let (mut changed, mut records) = (false, 0);
        for device in names_in(&from.devices())? {
            let places = [from.versions(&device), from.expired(&device), from.quarantine(&device)];
            let targets = [to.versions(&device), to.expired(&device), to.quarantine(&device)];
            for (folder, target) in places.iter().zip(&targets).filter(|(folder, _)| folder.is_dir()) {
                if !target.is_dir() {
                    fs::create_dir_all(target).map_err(at(target))?;
                    target.parent().map_or(Ok(()), flush_folder)?;
                }
                changed |= copy_folder(folder, target, was_whole, &mut records)?;
            }
        }
        changed |= copy_switches(&from.sealing(), &to.sealing())?;
        flush_folder(&to.devices())?;
        if !changed {
            return Ok(records);
        }
    }
    Err(Error::StoreBusy { holder: "another computer".into() })
}

/// What turned sealing on and off: names without content.
fn copy_switches(from: &Path, to: &Path) -> Result<bool> {
    let (names, there) = (names_in(from)?, names_in(to)?);
    let missing: Vec<_> = names.iter().filter(|name| !there.contains(name)).collect();
    for name in &missing {
        fs::create_dir_all(to).map_err(at(to))?;
        copy_one(&from.join(name), &to.join(name), false)?;
        flush_folder(to)?;
    }
    Ok(!missing.is_empty())
}

/// Whether anything had to be done.
fn copy_folder(from: &Path, to: &Path, was_whole: bool, records: &mut u64) -> Result<bool> {
    let names: BTreeSet<String> = names_in(from)?.into_iter().filter(|name| is_ours(name)).collect();
    *records += names.iter().filter(|name| record_seq(name).is_some()).count() as u64;
    let mut changed = false;
    for name in names_in(to)?.iter().filter(|name| is_ours(name) && !names.contains(*name) && !was_whole) {
        objects::remove(&to.join(name)).map_err(at(to))?;
        changed = true;
    }
    for name in &names {
        changed |= copy_one(&from.join(name), &to.join(name), was_whole)?;
    }
    if changed {
        flush_folder(to)?;
    }
    Ok(changed)
}

fn copy_one(from: &Path, to: &Path, was_whole: bool) -> Result<bool> {
    let bytes = match fs::read(from) {
        // It went in between: the next round sees it where it is now.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        read => read.map_err(at(from))?,
    };
    match fs::read(to) {
        Ok(there) if there == bytes => return Ok(false),
        Ok(_) if was_whole => return Err(Error::NotEmpty { path: to.to_path_buf() }),
        Ok(_) => drop(objects::remove(to).map_err(at(to))?),
        Err(_) => {}
    }
    let mut file = objects::create(to).map_err(writing(to, bytes.len() as u64))?;
    point("record created at the new place");
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(writing(to, bytes.len() as u64))?;
    point("record written at the new place");
    Ok(true)
}

/// A record, a pin, a time of expiry, what keeps a number used. Claims are of no meaning once their session ended.
fn is_ours(name: &str) -> bool {
    let timed = || name.strip_suffix(".since").is_some_and(|record| record_seq(record).is_some());
    record_seq(name).is_some() || pin_seq(name).is_some() || former_seq(name).is_some() || timed()
}
