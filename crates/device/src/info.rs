//! `Info.plist`, the part of a backup that the computer writes (`protocol.md` 2.7.9).

use crate::afc::Afc;
use crate::apps::{self, App};
use crate::lockdown::Lockdown;
use crate::{Error, IconCache, Result};
use plist::{Date, Dictionary, Value};
use std::time::{Duration, SystemTime};
use wire::lockdown::service;

/// Files of `/iTunes_Control/iTunes/` that go into `iTunes Files`, with their paths.
const ITUNES_FILES: [(&str, &str); 11] = [
    ("ApertureAlbumPrefs", "/iTunes_Control/iTunes/ApertureAlbumPrefs"),
    ("IC-Info.sidb", "/iTunes_Control/iTunes/IC-Info.sidb"),
    ("IC-Info.sidv", "/iTunes_Control/iTunes/IC-Info.sidv"),
    ("PhotosFolderAlbums", "/iTunes_Control/iTunes/PhotosFolderAlbums"),
    ("PhotosFolderName", "/iTunes_Control/iTunes/PhotosFolderName"),
    ("PhotosFolderPrefs", "/iTunes_Control/iTunes/PhotosFolderPrefs"),
    ("VoiceMemos.plist", "/iTunes_Control/iTunes/VoiceMemos.plist"),
    ("iPhotoAlbumPrefs", "/iTunes_Control/iTunes/iPhotoAlbumPrefs"),
    ("iTunesApplicationIDs", "/iTunes_Control/iTunes/iTunesApplicationIDs"),
    ("iTunesPrefs", "/iTunes_Control/iTunes/iTunesPrefs"),
    ("iTunesPrefs.plist", "/iTunes_Control/iTunes/iTunesPrefs.plist"),
];
const BOOKS: &str = "/Books/iBooksData2.plist";
/// These files are settings of a few kilobytes.
const FILE_LIMIT: usize = 16 << 20;

/// What a phone tells for its `Info.plist`.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) device: Dictionary,
    settings: Option<Value>,
    itunes_version: Option<String>,
    files: Dictionary,
    books: Option<Vec<u8>>,
    apps: Vec<App>,
}

impl Gathered {
    /// Asks the phone for what it has not `told` yet. Only losing the phone is an error: apps, icons and files may be missing.
    pub(crate) async fn ask(
        told: Option<Dictionary>,
        lockdown: &mut Lockdown,
        afc: &mut Afc,
        icons: Option<&mut (dyn IconCache + '_)>,
    ) -> Result<Gathered> {
        let mut gathered = Gathered {
            device: match told {
                Some(told) => told,
                None => lockdown.values(None).await?,
            },
            settings: lockdown.value(Some("com.apple.iTunes"), None).await?,
            ..Gathered::default()
        };
        let version = lockdown.value(Some("com.apple.mobile.iTunes"), Some("MinITunesVersion")).await?;
        gathered.itunes_version = version.and_then(Value::into_string);
        for (name, path) in ITUNES_FILES {
            if let Some(content) = afc.read_file(path, FILE_LIMIT).await? {
                gathered.files.insert(name.into(), Value::Data(content));
            }
        }
        gathered.books = afc.read_file(BOOKS, FILE_LIMIT).await?;

        match gathered.ask_apps(lockdown, icons).await {
            Err(error @ (Error::Disconnected | Error::NotAttached { .. })) => Err(error),
            Err(error) => {
                tracing::warn!(%error, "apps are missing in Info.plist");
                Ok(gathered)
            }
            Ok(()) => Ok(gathered),
        }
    }

    async fn ask_apps(&mut self, lockdown: &mut Lockdown, mut icons: Option<&mut (dyn IconCache + '_)>) -> Result<()> {
        self.apps = apps::installed(lockdown.start_service(service::INSTALLATION_PROXY, false).await?).await?;
        if let Some(cache) = &mut icons {
            apps::icons_from(&mut **cache, &mut self.apps);
        }
        if self.apps.iter().any(App::lacks_icon) {
            let socket = lockdown.start_service(service::SPRINGBOARD, false).await?;
            apps::icons_over(socket, icons, &mut self.apps).await;
        }
        Ok(())
    }

    /// The file's content. `guid` stays the same across a device's backups; `now` loses its fraction.
    pub(crate) fn to_plist(&self, udid: &str, guid: &str, now: SystemTime) -> Result<Vec<u8>> {
        let mut info = Dictionary::new();
        let mut put = |key: &str, value: Value| info.insert(key.to_string(), value);
        let text = |key: &str| self.device.get(key).and_then(Value::as_string);
        for (key, source) in [
            ("Build Version", "BuildVersion"),
            ("Device Name", "DeviceName"),
            ("Display Name", "DeviceName"),
            ("ICCID", "IntegratedCircuitCardIdentity"),
            ("IMEI", "InternationalMobileEquipmentIdentity"),
            ("MEID", "MobileEquipmentIdentifier"),
            ("Phone Number", "PhoneNumber"),
            ("Product Type", "ProductType"),
            ("Product Version", "ProductVersion"),
            ("Serial Number", "SerialNumber"),
        ] {
            if let Some(value) = text(source) {
                put(key, value.into());
            }
        }
        if let Some(product) = text("ProductType") {
            put("Product Name", crate::marketing_name(product).into());
        }
        let entries = self.apps.iter().filter_map(|app| Some((app.bundle.clone(), Value::Dictionary(app.entry()?))));
        put("Applications", Value::Dictionary(entries.collect()));
        let installed = self.apps.iter().map(|app| Value::from(app.bundle.as_str()));
        put("Installed Applications", Value::Array(installed.collect()));
        put("GUID", guid.into());
        put("Last Backup Date", Value::Date(whole_seconds(now)));
        put("Target Identifier", udid.into());
        put("Target Type", "Device".into());
        put("Unique Identifier", udid.to_uppercase().into());
        put("iTunes Files", Value::Dictionary(self.files.clone()));
        put("iTunes Settings", self.settings.clone().unwrap_or_else(|| Value::Dictionary(Dictionary::new())));
        put("iTunes Version", self.itunes_version.as_deref().unwrap_or("10.0.1").into());
        if let Some(books) = &self.books {
            put("iBooks Data 2", Value::Data(books.clone()));
        }
        let mut out = Vec::new();
        Value::Dictionary(info).to_writer_xml(&mut out).map_err(wire::Error::from)?;
        Ok(out)
    }
}

fn whole_seconds(time: SystemTime) -> Date {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    Date::from(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_plist_holds_what_readers_look_for() {
        let mut gathered = Gathered::default();
        for (key, value) in [("DeviceName", "Ada's iPhone"), ("ProductType", "iPhone15,2"), ("SerialNumber", "S")] {
            gathered.device.insert(key.into(), value.into());
        }
        gathered.files.insert("iTunesPrefs".into(), Value::Data(vec![1, 2]));
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
        let bytes = gathered.to_plist("00008110-00aa", &"AB".repeat(16), now).unwrap();
        assert!(bytes.starts_with(b"<?xml"));
        let info = Value::from_reader(std::io::Cursor::new(bytes)).unwrap().into_dictionary().unwrap();
        let text = |key: &str| info.get(key).and_then(Value::as_string).unwrap();
        assert_eq!(text("Device Name"), "Ada's iPhone");
        assert_eq!(text("Product Name"), "iPhone 14 Pro");
        assert_eq!(text("Unique Identifier"), "00008110-00AA");
        assert_eq!(text("Target Identifier"), "00008110-00aa");
        assert_eq!(text("Target Type"), "Device");
        assert_eq!(text("iTunes Version"), "10.0.1");
        assert_eq!(text("GUID").len(), 32);
        assert_eq!(info.get("Last Backup Date").unwrap().as_date().unwrap().to_xml_format(), "2023-11-14T22:13:20Z");
        assert!(info.get("IMEI").is_none());
    }
}
