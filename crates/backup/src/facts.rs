use std::io::Read;
use std::time::UNIX_EPOCH;

use plist::{Dictionary, Value};

use crate::error::{Error, Result};
use crate::files::FileSet;
use crate::plists;
use crate::report::Contradiction;

/// What the plists of a backup say about it. Every text is as found, empty where nothing says so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub udid: String,
    pub device_name: String,
    pub product_type: String,
    pub product_version: String,
    pub build_version: String,
    pub serial: Option<String>,
    pub phone_number: Option<String>,
    pub imei: Option<String>,
    pub iccid: Option<String>,
    /// When the backup was made, Unix milliseconds.
    pub made: Option<i64>,
    /// By the bytes: whether the backup needs a password.
    pub encrypted: bool,
    /// What Manifest.plist claims about it.
    pub claims_encrypted: Option<bool>,
    /// Whether Status.plist says that the run ended well.
    pub complete: bool,
    /// `SnapshotState` of Status.plist.
    pub state: Option<String>,
    /// Whether the run sent everything, not only changes.
    pub full: Option<bool>,
    /// Bundle identifiers of the installed apps.
    pub apps: Vec<String>,
    /// Whether the device had a passcode.
    pub passcode_set: Option<bool>,
    /// The device that Info.plist names, where Manifest.plist names another.
    pub other_device: Option<String>,
}

impl Facts {
    /// Claims of the plists that the bytes, or each other, disprove.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let encryption = match (self.claims_encrypted, self.encrypted) {
            (Some(true), false) => Some(Contradiction::ClaimsEncrypted),
            (Some(false), true) => Some(Contradiction::ClaimsPlain),
            _ => None,
        };
        let device = self.other_device.as_ref().map(|_| Contradiction::TwoDevices);
        encryption.into_iter().chain(device).collect()
    }
}

/// Info.plist carries the icons of all apps; 10 MB have been seen.
const MAX_PLIST: u64 = 64 << 20;

/// One plist of the backup, as far as it can be used.
pub(crate) enum Found {
    Absent,
    /// No bytes, only blanks or zeros, or no keys.
    Empty,
    Damaged(plists::PlistError),
    Here(Dictionary),
}

impl Found {
    fn fields(&self) -> Option<&Dictionary> {
        match self {
            Found::Here(fields) => Some(fields),
            _ => None,
        }
    }
}

/// The three plists beside the manifest. They are never encrypted.
pub(crate) struct Plists {
    pub info: Found,
    pub manifest: Found,
    pub status: Found,
}

impl Plists {
    pub(crate) fn read(files: &dyn FileSet) -> Result<Plists> {
        Ok(Plists {
            info: read_plist(files, "Info.plist")?,
            manifest: read_plist(files, "Manifest.plist")?,
            status: read_plist(files, "Status.plist")?,
        })
    }

    pub(crate) fn any(&self) -> bool {
        [&self.info, &self.manifest, &self.status].iter().any(|found| !matches!(found, Found::Absent))
    }

    /// The wrapped key of an encrypted Manifest.db (iOS 10.2 and later), out of Manifest.plist.
    pub(crate) fn manifest_key(&self) -> Option<&[u8]> {
        self.manifest.fields()?.get("ManifestKey")?.as_data()
    }

    /// The key bag in Manifest.plist. Backups that are not encrypted have one too.
    pub(crate) fn keybag(&self) -> Option<&[u8]> {
        self.manifest.fields()?.get("BackupKeyBag")?.as_data()
    }

    pub(crate) fn manifest_damage(&self) -> Option<plists::PlistError> {
        match &self.manifest {
            Found::Damaged(source) => Some(source.clone()),
            _ => None,
        }
    }

    /// The facts as far as the plists hold them; what is missing or damaged stays empty.
    pub(crate) fn facts(&self) -> Facts {
        let empty = Dictionary::new();
        let info = self.info.fields().unwrap_or(&empty);
        let manifest = self.manifest.fields().unwrap_or(&empty);
        let status = self.status.fields().unwrap_or(&empty);
        let lockdown = manifest.get("Lockdown").and_then(Value::as_dictionary);
        let lockdown = lockdown.unwrap_or(&empty);
        // Lockdown inside Manifest.plist is the phone's own word; Info.plist is written by the computer.
        let either =
            |from_lockdown: &str, from_info: &str| text(lockdown, from_lockdown).or_else(|| text(info, from_info));
        let state = text(status, "SnapshotState");
        Facts {
            udid: either("UniqueDeviceID", "Unique Identifier").unwrap_or_default(),
            device_name: either("DeviceName", "Device Name").unwrap_or_default(),
            product_type: either("ProductType", "Product Type").unwrap_or_default(),
            product_version: either("ProductVersion", "Product Version").unwrap_or_default(),
            build_version: either("BuildVersion", "Build Version").unwrap_or_default(),
            serial: either("SerialNumber", "Serial Number"),
            phone_number: text(info, "Phone Number"),
            imei: text(info, "IMEI"),
            iccid: text(info, "ICCID"),
            made: moment(info, "Last Backup Date")
                .or_else(|| moment(status, "Date"))
                .or_else(|| moment(manifest, "Date")),
            encrypted: false,
            claims_encrypted: manifest.get("IsEncrypted").and_then(Value::as_boolean),
            complete: state.as_deref() == Some("finished"),
            state,
            full: status.get("IsFullBackup").and_then(Value::as_boolean),
            apps: installed(info),
            passcode_set: manifest.get("WasPasscodeSet").and_then(Value::as_boolean),
            other_device: other_device(lockdown, info),
        }
    }
}

/// Computers write the names of old devices in capitals.
fn other_device(lockdown: &Dictionary, info: &Dictionary) -> Option<String> {
    let (own, other) = (text(lockdown, "UniqueDeviceID")?, text(info, "Unique Identifier")?);
    (!own.eq_ignore_ascii_case(&other)).then_some(other)
}

fn installed(info: &Dictionary) -> Vec<String> {
    let apps = info.get("Installed Applications").and_then(Value::as_array);
    apps.into_iter().flatten().filter_map(Value::as_string).map(str::to_owned).collect()
}

fn text(fields: &Dictionary, key: &str) -> Option<String> {
    let text = fields.get(key)?.as_string()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn moment(fields: &Dictionary, key: &str) -> Option<i64> {
    let time = std::time::SystemTime::from(fields.get(key)?.as_date()?);
    let since = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_millis()).ok()?,
    };
    Some(since)
}

fn read_plist(files: &dyn FileSet, name: &'static str) -> Result<Found> {
    let failed = |source| Error::Read { path: name.to_owned(), source };
    let Some(file) = files.open(name).map_err(failed)? else {
        return Ok(Found::Absent);
    };
    let mut bytes = Vec::new();
    file.take(MAX_PLIST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_PLIST {
        return Ok(Found::Damaged(plists::PlistError::TooBig));
    }
    if bytes.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace()) {
        return Ok(Found::Empty);
    }
    Ok(match plists::parse(&bytes) {
        Ok(Value::Dictionary(fields)) if fields.is_empty() => Found::Empty,
        Ok(Value::Dictionary(fields)) => Found::Here(fields),
        Ok(_) => Found::Damaged(plists::PlistError::NotAPlist),
        Err(error) => Found::Damaged(error),
    })
}
