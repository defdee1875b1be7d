//! The store's errors.

use super::{chain, disk_full};
use crate::api::{ApiError, Code};

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> ApiError {
        use store::Error as E;
        let (code, message) = match &error {
            E::NoStore { location } if location.exists() => {
                (Code::NoStore, format!("There are no Heirloom backups in {} yet.", location.display()))
            }
            E::NoStore { location } => (
                Code::LocationMissing,
                format!("{} cannot be reached. Is the disk plugged in, or the share connected?", location.display()),
            ),
            E::Moved { to, host, .. } => {
                (Code::LocationMoved, format!("These versions were moved to {} by {host}.", to.display()))
            }
            E::HalfMoved { from, .. } => (
                Code::MoveUnfinished,
                format!(
                    "A move from {} to this place has not ended. Go on with it, or delete what is here.",
                    from.display()
                ),
            ),
            E::NotMoved { location } => (
                Code::BadRequest,
                format!(
                    "What is at {} is no old copy of versions that are somewhere else. Nothing was deleted.",
                    location.display()
                ),
            ),
            E::NewerFormat { location, .. } => (
                Code::StoreNewer,
                format!(
                    "The backups in {} were written by a newer release of Heirloom. Update Heirloom to open them.",
                    location.display()
                ),
            ),
            E::StoreFileDamaged { path } => (
                Code::StoreDamaged,
                format!(
                    "{} is damaged. The versions beside it are not touched by that; README.txt there says how to read them.",
                    path.display()
                ),
            ),
            E::NoVersion { .. } => (Code::VersionNotFound, "This version is not in the store any more.".into()),
            E::RecordDamaged { .. } | E::UnknownCodec { .. } => (
                Code::VersionDamaged,
                "The record of this version is damaged. The other versions are not touched by that.".into(),
            ),
            E::ObjectDamaged { path, .. } => {
                (Code::FileMissing, format!("The kept content of {path} is damaged or missing."))
            }
            E::DeviceBusy { holder, .. } => (
                Code::StoreBusy,
                format!("Another backup of this device is being written here by {holder}. Wait until it has ended."),
            ),
            E::StoreBusy { holder } => {
                (Code::StoreBusy, format!("These backups are being written to by {holder}. Wait until that has ended."))
            }
            E::RecordUnreadable { path, .. } => (
                Code::VersionDamaged,
                format!("{} cannot be read, so nothing is cleaned up: a version might still need it.", path.display()),
            ),
            E::KeyNeeded { key, .. } => (
                Code::KeyNeeded,
                format!(
                    "This location is sealed, and its key {key} is not on this computer. Enter its recovery key; until then nothing in it is changed."
                ),
            ),
            E::NotAKey => (
                Code::KeyWrong,
                "This is not a recovery key, or a letter of it is wrong. It has 14 groups of 4 letters and digits."
                    .into(),
            ),
            E::OtherKey { key } => (
                Code::KeyWrong,
                format!(
                    "This is the key {key}, and nothing in this location was sealed with it. It is the key of another location."
                ),
            ),
            E::NoRandomness { .. } => {
                (Code::Io, "This computer gave no random numbers, so nothing could be sealed.".into())
            }
            E::Pinned { .. } => (Code::BadRequest, "This version is pinned. Take the pin away first.".into()),
            E::OtherContent { .. } => {
                (Code::BadRequest, "This is not the content that was kept. Nothing was changed.".into())
            }
            E::NotEmpty { path } => {
                (Code::FileExists, format!("{} is not empty. Choose an empty folder.", path.display()))
            }
            E::SourceChanged { path } => (
                Code::BackupUnfinished,
                format!(
                    "{} changed while it was being copied: the backup is still being written. Wait until that has ended, then try again.",
                    path.display()
                ),
            ),
            E::DiskFull { needed, free } => {
                return disk_full((*needed > 0).then_some(*needed), Some(*free));
            }
            E::Io { path, source } => return ApiError::io(path, source),
            E::BadDevice { .. }
            | E::BadPath { .. }
            | E::NotAFolder { .. }
            | E::IsAFolder { .. }
            | E::NotFound { .. }
            | E::InsideItself { .. } => (
                Code::DeviceProtocol,
                "The device asked for something impossible. The backup was stopped; earlier versions are untouched."
                    .into(),
            ),
            E::SessionFailed => (
                Code::Io,
                "Writing to the location failed earlier in this backup. Earlier versions are untouched; try again."
                    .into(),
            ),
            E::TooLarge => (Code::Io, "This backup has more files, or larger lists, than a version can hold.".into()),
        };
        ApiError::new(code, message).detail(chain(&error))
    }
}
