//! Status.plist and Manifest.plist, as the phone writes them (`formats.md` 1.4).

use super::encryption::Sealing;
use crate::device::Device;
use crate::stream::dictionary;
use plist::{Date, Dictionary, Value};
use std::time::{Duration, SystemTime};

/// How far a snapshot is; only the last stands for a whole backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Uploading,
    Moving,
    Removing,
    Finished,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Uploading => "uploading",
            State::Moving => "moving",
            State::Removing => "removing",
            State::Finished => "finished",
        }
    }
}

pub(super) fn status(uuid: &str, now: i64, full: bool, state: State) -> Result<Vec<u8>, plist::Error> {
    binary(dictionary([
        ("UUID", uuid.into()),
        ("Date", date(now)),
        ("BackupState", "new".into()),
        ("SnapshotState", state.name().into()),
        ("IsFullBackup", full.into()),
        ("Version", "3.3".into()),
    ]))
}

pub(super) fn manifest(device: &Device, sealing: Option<&Sealing>) -> Result<Vec<u8>, plist::Error> {
    let applications = device.contents().apps().iter().map(application).collect();
    let mut lockdown = device.identity_values();
    for domain in ["com.apple.MobileDeviceCrashCopy", "com.apple.TerminalFlashr", "com.apple.mobile.data_sync"] {
        lockdown.insert(domain.into(), Dictionary::new().into());
    }
    let mut manifest = dictionary([
        ("Version", "10.0".into()),
        ("Date", date(device.now())),
        ("SystemDomainsVersion", "24.0".into()),
        ("WasPasscodeSet", true.into()),
        ("IsEncrypted", sealing.is_some().into()),
        ("Lockdown", lockdown.into()),
        ("Applications", Value::Dictionary(applications)),
    ]);
    if let Some(sealing) = sealing {
        manifest.insert("BackupKeyBag".into(), Value::Data(sealing.bag().to_vec()));
        manifest.insert("ManifestKey".into(), Value::Data(sealing.manifest_key().1.to_vec()));
    }
    binary(manifest)
}

fn application(app: &crate::contents::App) -> (String, Value) {
    let about = dictionary([
        ("CFBundleIdentifier", app.bundle_id.as_str().into()),
        ("CFBundleVersion", app.build.as_str().into()),
        ("ContainerContentClass", "Data/Application".into()),
        ("Path", format!("/var/containers/Bundle/Application/{}.app", app.bundle_id).into()),
    ]);
    (app.bundle_id.clone(), about.into())
}

fn date(unix: i64) -> Value {
    // The clock of a pretend phone starts in 2026.
    Value::Date(Date::from(SystemTime::UNIX_EPOCH + Duration::from_secs(unix.unsigned_abs())))
}

fn binary(content: Dictionary) -> Result<Vec<u8>, plist::Error> {
    let mut bytes = Vec::new();
    Value::Dictionary(content).to_writer_binary(&mut bytes)?;
    Ok(bytes)
}
