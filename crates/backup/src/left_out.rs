//! What a backup does not hold, and why. An empty list must say more than "nothing here".

use std::io::Read;

use plist::Value;
use rusqlite::params;

use crate::backup::Backup;
use crate::plists;
use crate::report::Reason;

/// One sort of thing that is not in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// `health`, `callHistory`, `safari`, `keychain`, `home`, `messagesInICloud`, `photosInICloud`, `unreadable`.
    pub what: &'static str,
    /// A sentence for people.
    pub why: String,
    pub count: Option<u64>,
}

/// What iOS puts into encrypted backups only (`formats.md` 1.5): its name, where one of its files would be, its words.
const ONLY_ENCRYPTED: [(&str, &str, &str, &str); 5] = [
    ("health", "HealthDomain", "Health/healthdb_secure.sqlite", "No health data"),
    ("callHistory", "HomeDomain", "Library/CallHistoryDB/CallHistory.storedata", "No call history"),
    ("safari", "HomeDomain", "Library/Safari/History.db", "No Safari history"),
    ("keychain", "KeychainDomain", "keychain-backup.plist", "No saved passwords"),
    ("home", "HomeKitDomain", "Library/homed/datastore3.sqlite", "No Home data"),
];

const PREVIEWS: &str = "Media/PhotoData/Thumbnails/V2/";
/// The most of a settings file that is read.
const SETTINGS: u64 = 1 << 20;

impl Backup {
    /// What iOS left out of this backup, and why; as far as the list of files and the settings in it tell.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let mut left_out = self.only_in_encrypted();
        left_out.extend(self.messages_in_icloud());
        left_out.extend(self.photos_in_icloud());
        left_out.extend(self.unreadable());
        left_out
    }

    fn only_in_encrypted(&self) -> Vec<LeftOut> {
        if self.facts().encrypted || self.facts().claims_encrypted == Some(true) {
            return Vec::new();
        }
        // A keychain is there in any backup; without encryption only the device itself could open it.
        let missing = |what, domain, path| what == "keychain" || matches!(self.find(domain, path), Ok(None));
        let left_out = ONLY_ENCRYPTED.iter().filter(|(what, domain, path, _)| missing(*what, domain, path));
        let left_out = left_out.map(|(what, _, _, name)| LeftOut {
            what,
            why: format!("{name} here because this backup is not encrypted."),
            count: None,
        });
        left_out.collect()
    }

    /// The settings of Messages say whether it syncs with iCloud (the key is public from `defaults`; what iOS then leaves out
    /// of a backup on a computer differs between systems).
    fn messages_in_icloud(&self) -> Option<LeftOut> {
        let entry = self.find("HomeDomain", "Library/Preferences/com.apple.madrid.plist").ok()??;
        let mut bytes = Vec::new();
        self.read(&entry).ok()?.take(SETTINGS).read_to_end(&mut bytes).ok()?;
        let settings = plists::parse(&bytes).ok()?;
        let syncs = settings.as_dictionary()?.get("CloudKitSyncingEnabled").and_then(Value::as_boolean);
        (syncs == Some(true)).then(|| LeftOut {
            what: "messagesInICloud",
            why: "Messages are kept in iCloud: older ones and attachments may not be on the device, and so not in this backup.".into(),
            count: None,
        })
    }

    /// Pictures whose small previews are in the backup and whose original is not. Previews lie in a folder named after their
    /// original, `Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0001.HEIC`, taken with the device or come over iCloud
    /// (a real iOS 14 backup: all 62 such folders have their original).
    fn photos_in_icloud(&self) -> Option<LeftOut> {
        // The index of paths leads to the folders, and from each to its original; without one it would take for ever.
        self.manifest.indexes.as_ref()?;
        let sql = "SELECT count(*) FROM Files preview
            WHERE +preview.domain = 'CameraRollDomain' AND +preview.flags = 2 AND preview.relativePath GLOB ?1 || '*/*.*'
            AND preview.relativePath >= ?1 AND preview.relativePath < ?1 || x'FF'
            AND NOT EXISTS (SELECT 1 FROM Files original WHERE +original.domain = 'CameraRollDomain'
                AND original.relativePath = 'Media/' || substr(preview.relativePath, ?2))";
        let database = self.manifest.lock();
        let skip = PREVIEWS.len() as i64 + 1;
        let missing = ["DCIM/", "PhotoData/CPLAssets/"].map(|folder| {
            let count =
                database.query_row(sql, params![format!("{PREVIEWS}{folder}"), skip], |row| row.get::<_, i64>(0));
            count.unwrap_or(0).max(0) as u64
        });
        let missing: u64 = missing.iter().sum();
        (missing > 0).then(|| LeftOut {
            what: "photosInICloud",
            why: "The originals of these photos and videos were in iCloud, not on the device.".into(),
            count: Some(missing),
        })
    }

    fn unreadable(&self) -> Option<LeftOut> {
        let rows = self.report().rows.into_iter();
        let count =
            rows.filter(|(reason, _)| matches!(reason, Reason::BadFileId | Reason::NoPlace)).map(|row| row.1).sum();
        (count > 0).then(|| LeftOut {
            what: "unreadable",
            why: "The list of files has entries that name no file.".into(),
            count: Some(count),
        })
    }
}
