//! The files a device could not read when a version was made: kept in the notes of its record.
//!
//! Notes are readable by anyone, so of an encrypted version only the files' names in the backup are kept, which say nothing
//! without its list; the list gives them their names back when it is open.

use super::Opened;
use crate::api::jobs::UnreadableFile;
use serde::{Deserialize, Serialize};

/// The note's key in the record.
pub const NOTE: &str = "unreadable-list";
/// The longest note, in bytes: heads of records are read whenever versions are listed.
const LONGEST: usize = 64 << 10;

/// A file as the note has it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Noted {
    /// The file's name in the backup.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    domain: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
}

/// The note of a version to be made; as many files as fit. `None` when there are none.
pub fn write(files: &[UnreadableFile], encrypted: bool) -> Option<String> {
    let noted = |file: &UnreadableFile| match encrypted {
        // The device's words may hold the path.
        true => Noted {
            id: backup::file_id(&file.domain, &file.path),
            domain: String::new(),
            path: String::new(),
            reason: String::new(),
        },
        false => Noted {
            id: String::new(),
            domain: file.domain.clone(),
            path: file.path.clone(),
            reason: file.reason.clone(),
        },
    };
    // Without a domain the path is the device's own, whose name in the backup nobody knows.
    let mut all: Vec<Noted> = files.iter().filter(|file| !encrypted || !file.domain.is_empty()).map(noted).collect();
    loop {
        let text = serde_json::to_string(&all).ok().filter(|_| !all.is_empty())?;
        if text.len() <= LONGEST {
            return Some(text);
        }
        all.truncate(all.len() * LONGEST / text.len().max(LONGEST + 1));
    }
}

/// The files named in the record of an opened version.
pub fn read(opened: &Opened) -> Vec<UnreadableFile> {
    let note = opened.version.head().notes.get(NOTE);
    let noted: Vec<Noted> = note.and_then(|note| serde_json::from_str(note).ok()).unwrap_or_default();
    noted.into_iter().map(|noted| name(opened, noted)).collect()
}

fn name(opened: &Opened, noted: Noted) -> UnreadableFile {
    let Noted { id, domain, path, mut reason } = noted;
    if reason.is_empty() {
        reason = "The device could not read it.".to_string();
    }
    if id.is_empty() {
        return UnreadableFile { domain, path, reason };
    }
    match opened.backup.find_id(&id).ok().flatten() {
        Some(entry) => UnreadableFile { domain: entry.domain, path: entry.path, reason },
        None => UnreadableFile { domain: String::new(), path: id, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: usize) -> UnreadableFile {
        let path = format!("Library/SMS/Attachments/{number:04}/{}.heic", "x".repeat(100));
        UnreadableFile { domain: "MediaDomain".into(), path, reason: "The device could not read it: busy".into() }
    }

    #[test]
    fn as_many_as_fit_are_kept_and_an_encrypted_version_tells_no_names() {
        assert_eq!(write(&[], false), None);
        let many: Vec<UnreadableFile> = (0..1000).map(file).collect();
        let note = write(&many, false).unwrap();
        let back: Vec<Noted> = serde_json::from_str(&note).unwrap();
        assert!(note.len() <= LONGEST && back.len() > 250, "{} files in {} bytes", back.len(), note.len());
        assert_eq!((back[7].path.as_str(), back[7].reason.as_str()), (many[7].path.as_str(), many[7].reason.as_str()));

        let note = write(&many, true).unwrap();
        assert!(!note.contains("Attachments") && !note.contains("MediaDomain") && !note.contains("busy"));
        let back: Vec<Noted> = serde_json::from_str(&note).unwrap();
        assert_eq!((back.len(), back[0].id.as_str()), (1000, backup::file_id("MediaDomain", &many[0].path).as_str()));
    }
}
