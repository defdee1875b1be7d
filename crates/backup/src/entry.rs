use sha1::{Digest, Sha1};

/// What a row of the manifest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    File,
    Folder,
    /// A symbolic link; its target is in [`crate::Stat`] and is never followed.
    Link,
}

/// One row of the manifest with a usable identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The row's number in Manifest.db.
    pub row: i64,
    /// 40 lowercase hex digits.
    pub file_id: String,
    pub domain: String,
    /// As the phone wrote it. It is a name, not a path of this computer: give it a safe name before writing anything.
    pub path: String,
    pub kind: EntryKind,
}

/// One direct child of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    /// Path inside the domain.
    pub path: String,
    pub kind: EntryKind,
    /// Bytes, from the record; files only.
    pub size: Option<u64>,
    /// Unix milliseconds.
    pub modified: Option<i64>,
    /// `None` for a folder that has no row of its own and for a row without a valid file identifier.
    pub entry: Option<Entry>,
}

/// The name of a file's content: SHA-1 of `domain-path` in lowercase hex (all 3,721 rows of a real iOS 14 manifest agree).
pub fn file_id(domain: &str, path: &str) -> String {
    id_of(domain.as_bytes(), path.as_bytes())
}

pub(crate) fn id_of(domain: &[u8], path: &[u8]) -> String {
    let mut hash = Sha1::new();
    for part in [domain, b"-", path] {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the content lies in the backup folder since iOS 10: `ab/ab34…`. The identifier must pass [`is_file_id`].
///
/// Older systems put it beside the manifest: [`crate::Backup::content_path`] knows which.
pub fn content_path(file_id: &str) -> String {
    format!("{}/{file_id}", file_id.get(..2).unwrap_or(""))
}

/// Whether a text is 40 lowercase hex digits, the only form that may become part of a path.
pub fn is_file_id(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_identifiers() {
        let sms = file_id("HomeDomain", "Library/SMS/sms.db");
        assert_eq!(sms, "3d0d7e5fb2ce288813306e4d4636395e047a3d28");
        assert_eq!(content_path(&sms), format!("3d/{sms}"));
        assert_eq!(
            file_id("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb"),
            "31bb7ba8914766d4ba40d6dfb6113c8b614be442"
        );
    }

    #[test]
    fn only_lowercase_hex_is_an_identifier() {
        assert!(is_file_id(&"a0".repeat(20)));
        for bad in ["", "../../../../../../../../../../etc/passwd", &"A0".repeat(20), &"a0".repeat(19), &"é".repeat(20)]
        {
            assert!(!is_file_id(bad), "{bad}");
        }
    }
}
