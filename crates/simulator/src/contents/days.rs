//! The folder a phone's contents are kept in: pictures, one folder a day with its databases, and what they were made for.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{At, Result};
use super::listing::DATABASES;
use super::messages::write::Carried;
use super::pictures::Pictures;
use super::{ContentsOptions, calls, contacts, health, messages, photos, whatsapp};

/// Raised when the same seed means another phone.
const FORMAT: u32 = 3;
const RECORD: &str = "contents.txt";
const CARRIED: &str = "attachments.txt";

pub(crate) fn folder(root: &Path, day: u32) -> PathBuf {
    root.join(format!("day-{day:03}"))
}

/// What a folder must say to be reused, without the day.
fn record(options: &ContentsOptions) -> String {
    let ContentsOptions { seed, scale, longest_conversation, .. } = options;
    let longest = match longest_conversation {
        0 => String::new(),
        messages => format!("longest conversation {messages}\n"),
    };
    format!("format {FORMAT}\nseed {seed}\nscale {scale:?}\n{longest}")
}

/// The day a folder of the same phone has come to; `None` when there is none or it is another phone.
pub(crate) fn known(root: &Path, options: &ContentsOptions) -> Result<Option<u32>> {
    let path = root.join(RECORD);
    match fs::read_to_string(&path) {
        Ok(text) => {
            Ok(text.strip_prefix(&record(options)).and_then(|day| day.strip_prefix("day ")?.trim().parse().ok()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(source).at(&path),
    }
}

/// Says, all at once, that a day is complete.
fn keep(root: &Path, options: &ContentsOptions, day: u32) -> Result<()> {
    let (part, path) = (root.join("contents.part"), root.join(RECORD));
    fs::write(&part, format!("{}day {day}\n", record(options))).at(&part)?;
    fs::rename(&part, &path).at(&path)
}

/// Removes what an earlier phone left: only what is ours by name.
pub(crate) fn clear(root: &Path) -> Result<()> {
    fs::create_dir_all(root).at(root)?;
    for entry in fs::read_dir(root).at(root)? {
        let path = entry.at(root)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == "pictures" || name.starts_with("day-") {
            fs::remove_dir_all(&path).at(&path)?;
        } else if name == RECORD {
            fs::remove_file(&path).at(&path)?;
        }
    }
    Ok(())
}

/// Makes the databases of day 0.
pub(crate) fn first(root: &Path, options: &ContentsOptions, pictures: &Pictures) -> Result<()> {
    let today = folder(root, 0);
    fs::create_dir_all(&today).at(&today)?;
    contacts::write::address_book(options, &today.join("AddressBook.sqlitedb"))?;
    contacts::write::images(options, &today.join("AddressBookImages.sqlitedb"))?;
    photos::write::photos(options, pictures, &today.join("Photos.sqlite"))?;
    calls::calls(options, &today.join("CallHistory.storedata"))?;
    health::health(options, &today.join("healthdb_secure.sqlite"))?;
    whatsapp::whatsapp(options, &today.join("ChatStorage.sqlite"))?;
    let carried = messages::write::sms(options, pictures, &today.join("sms.db"))?;
    write_carried(&today, &carried)?;
    keep(root, options, 0)
}

/// Makes the databases of a day from those of the day before.
pub(crate) fn next(root: &Path, options: &ContentsOptions, pictures: &Pictures, day: u32) -> Result<()> {
    let (before, today) = (folder(root, day - 1), folder(root, day));
    if today.exists() {
        // Left by a day that did not end.
        fs::remove_dir_all(&today).at(&today)?;
    }
    fs::create_dir_all(&today).at(&today)?;
    for (_, _, name, log) in DATABASES {
        let names = [Some(name.to_string()), log.then(|| format!("{name}-wal"))];
        for name in names.iter().flatten() {
            fs::copy(before.join(name), today.join(name)).at(&before.join(name))?;
        }
    }
    contacts::write::address_book_day(options, day, &today.join("AddressBook.sqlitedb"))?;
    contacts::write::images_day(options, day, &today.join("AddressBookImages.sqlitedb"))?;
    photos::write::photos_day(options, pictures, day, &today.join("Photos.sqlite"))?;
    calls::calls_day(options, day, &today.join("CallHistory.storedata"))?;
    health::health_day(options, day, &today.join("healthdb_secure.sqlite"))?;
    whatsapp::whatsapp_day(options, day, &today.join("ChatStorage.sqlite"))?;
    let carried = messages::write::sms_day(options, pictures, day, &today.join("sms.db"))?;
    write_carried(&today, &carried)?;
    keep(root, options, day)?;
    // Readers may still hold files of yesterday; nobody holds those of the day before.
    if let Some(old) = day.checked_sub(2) {
        forget(&folder(root, old))?;
    }
    Ok(())
}

fn forget(day: &Path) -> Result<()> {
    for (_, _, name, _) in DATABASES {
        for name in [name.to_string(), format!("{name}-wal")] {
            match fs::remove_file(day.join(&name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).at(&day.join(name)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// One line an attachment: when, how long, which, its name.
fn write_carried(day: &Path, carried: &[Carried]) -> Result<()> {
    let path = day.join(CARRIED);
    let lines: String =
        carried.iter().map(|one| format!("{} {} {} {}\n", one.made, one.size, one.guid, one.name)).collect();
    fs::write(&path, lines).at(&path)
}

/// The attachments that are files, up to a day.
pub(crate) fn carried(root: &Path, day: u32) -> Result<Vec<Carried>> {
    let mut all = Vec::new();
    for day in 0..=day {
        let path = folder(root, day).join(CARRIED);
        let text = fs::read_to_string(&path).at(&path)?;
        all.extend(text.lines().filter_map(|line| {
            let mut parts = line.splitn(4, ' ');
            Some(Carried {
                made: parts.next()?.parse().ok()?,
                size: parts.next()?.parse().ok()?,
                guid: parts.next()?.into(),
                name: parts.next()?.into(),
            })
        }));
    }
    Ok(all)
}
