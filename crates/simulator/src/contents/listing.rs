//! Which domains there are and what each of them holds, one at a time: no more than a domain is in memory at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::{DAY, now};
use super::error::{At, Result};
use super::files::{Content, Listing};
use super::messages::write::Carried;
use super::random::{hash, hash_text};
use super::system::{SMALL, small_domain};
use super::{Contents, FileKind, MediaStat, PhoneFile, messages, photos, whatsapp};

/// A database: where the phone has it, what we call it, and whether a write-ahead log lies beside.
pub(crate) const DATABASES: [(&str, &str, &str, bool); 7] = [
    ("CameraRollDomain", "Media/PhotoData/Photos.sqlite", "Photos.sqlite", false),
    (HEALTH, "Health/healthdb_secure.sqlite", "healthdb_secure.sqlite", false),
    ("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", "AddressBook.sqlitedb", true),
    ("HomeDomain", "Library/AddressBook/AddressBookImages.sqlitedb", "AddressBookImages.sqlitedb", false),
    ("HomeDomain", "Library/CallHistoryDB/CallHistory.storedata", "CallHistory.storedata", false),
    ("HomeDomain", "Library/SMS/sms.db", "sms.db", true),
    (whatsapp::DOMAIN, "ChatStorage.sqlite", "ChatStorage.sqlite", false),
];
/// Only encrypted backups hold its databases.
const HEALTH: &str = "HealthDomain";
/// The phone was set up this many days before day 0.
const AGE: i64 = 2050;

/// `/var/mobile/Media`, by path; folders have their names.
pub(crate) type Media = BTreeMap<String, (PhoneFile, Vec<String>)>;

impl Contents {
    /// All domains, sorted.
    fn domains(&self) -> Vec<String> {
        let mut domains: Vec<String> = SMALL.iter().map(|domain| (*domain).into()).collect();
        domains.extend(["CameraRollDomain", "HomeDomain", "MediaDomain", whatsapp::DOMAIN].map(String::from));
        for (place, app) in self.apps().iter().enumerate() {
            domains.push(format!("AppDomain-{}", app.bundle_id));
            domains.extend((place % 3 == 0).then(|| format!("AppDomainGroup-group.{}", app.bundle_id)));
            domains.extend((place % 5 == 0).then(|| format!("AppDomainPlugin-{}.widget", app.bundle_id)));
        }
        domains.sort();
        domains
    }

    /// Everything, domain after domain.
    pub(crate) fn walk(&self) -> Result<Box<dyn Iterator<Item = PhoneFile> + Send + '_>> {
        // What can fail is read first; the rest follows from numbers.
        let carried = self.carried()?;
        let sizes = self.database_sizes()?;
        let all = self.domains().into_iter().flat_map(move |domain| self.domain(&domain, &carried, &sizes));
        Ok(Box::new(all))
    }

    fn domain(&self, domain: &str, carried: &[Carried], sizes: &[(u64, u64)]) -> Vec<PhoneFile> {
        let mut listing = Listing::new(domain, now(0) - AGE * DAY);
        match domain {
            "CameraRollDomain" => self.camera_roll(&mut listing),
            "HomeDomain" => self.home_preferences(&mut listing),
            "MediaDomain" => self.attachments(carried, &mut listing),
            whatsapp::DOMAIN => whatsapp::files(self.options(), &self.pictures, &mut listing),
            _ if SMALL.contains(&domain) => small_domain(domain, self.persona(), &mut listing),
            _ => self.app_domain(domain, &mut listing),
        }
        for ((place, path, name, log), (size, log_size)) in
            DATABASES.iter().zip(sizes).filter(|((place, ..), _)| *place == domain)
        {
            debug_assert_eq!(*place, domain);
            let stamp = hash(hash_text(name), &[self.options().seed, u64::from(self.day())]);
            let file = listing.file(*path, *size, Content::Kept(self.today().join(name)));
            (file.stamp, file.modified, file.protection_class) = (stamp, now(self.day()), 4);
            file.private = *place == HEALTH;
            if *log {
                let file = listing.file(
                    format!("{path}-wal"),
                    *log_size,
                    Content::Kept(self.today().join(format!("{name}-wal"))),
                );
                (file.stamp, file.modified, file.protection_class) = (stamp ^ 1, now(self.day()), 4);
            }
        }
        listing.sorted()
    }

    fn database_sizes(&self) -> Result<Vec<(u64, u64)>> {
        let size = |name: &str| {
            let path = self.today().join(name);
            std::fs::metadata(&path).map(|found| found.len()).at(&path)
        };
        DATABASES
            .iter()
            .map(|(_, _, name, log)| Ok((size(name)?, if *log { size(&format!("{name}-wal"))? } else { 0 })))
            .collect()
    }

    fn app_domain(&self, domain: &str, listing: &mut Listing) {
        let bundle = domain
            .trim_start_matches("AppDomainGroup-group.")
            .trim_start_matches("AppDomainPlugin-")
            .trim_start_matches("AppDomain-");
        let bundle = bundle.trim_end_matches(".widget");
        let Some(place) = self.apps().iter().position(|app| app.bundle_id == bundle) else { return };
        if domain.starts_with("AppDomain-") {
            self.app_files(&self.apps()[place], place, listing);
        } else {
            let path = format!("Library/Preferences/{}.plist", domain.split_once('-').map_or(domain, |(_, name)| name));
            listing.bytes(path, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict><key>Shared</key><integer>{place}</integer></dict></plist>\n").into_bytes());
            listing.folder("Library/Application Support");
        }
    }

    fn camera_roll(&self, listing: &mut Listing) {
        let options = self.options();
        let gone: BTreeMap<u64, u32> = photos::thrown_away(options, self.day()).into_iter().collect();
        for index in 0..photos::count_on(options, self.day()) {
            let asset = photos::asset(options, index);
            for part in photos::files::parts(&asset) {
                let content = Content::Photo { index, part };
                let file = listing.file(
                    photos::files::path(&asset, part),
                    photos::files::length(&asset, part, &self.pictures),
                    content,
                );
                (file.modified, file.birth) = (asset.taken, asset.taken);
                file.stamp = hash(hash_text(&asset.uuid), &[part as u64]);
                if part == photos::files::Part::Original {
                    file.extended_attributes =
                        Some(photos::files::attributes(&asset, asset.trashed.is_some() || gone.contains_key(&index)));
                }
            }
        }
        listing.bytes("Media/PhotoData/photoAnalysisState.plist", b"<plist version=\"1.0\"><dict/></plist>\n".to_vec());
        listing.folder("Media/PhotoData/CPLAssets");
    }

    fn attachments(&self, carried: &[Carried], listing: &mut Listing) {
        for one in carried {
            let path = format!("Library/SMS/{}", messages::attachments::path(&one.guid, &one.name));
            let content = Content::Attachment { guid: Arc::from(one.guid.as_str()), made: one.made };
            let file = listing.file(path, one.size, content);
            (file.modified, file.birth, file.stamp) = (one.made, one.made, hash_text(&one.guid));
        }
        listing.folder("Media/Recordings");
        listing.folder("Library/SMS/StickerCache");
    }

    /// The tree of `/var/mobile/Media`: what `CameraRollDomain` keeps there.
    pub(crate) fn media_tree(&self) -> Media {
        let Ok(sizes) = self.database_sizes() else { return Media::new() };
        let mut media = Media::new();
        for file in self.domain("CameraRollDomain", &[], &sizes) {
            let path = if file.path == "Media" { "" } else { file.path.strip_prefix("Media/").unwrap_or("\0") };
            if path != "\0" {
                media.insert(path.to_string(), (file, Vec::new()));
            }
        }
        let paths: Vec<String> = media.keys().filter(|path| !path.is_empty()).cloned().collect();
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            if let Some((_, names)) = media.get_mut(folder) {
                names.push(name.to_string());
            }
        }
        media
    }
}

/// What AFC tells of a file or folder.
pub(crate) fn stat(file: &PhoneFile) -> MediaStat {
    MediaStat { is_folder: file.kind == FileKind::Folder, size: file.size, modified: file.modified }
}

/// A path as people write it, as the tree has it.
pub(crate) fn plain(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}
