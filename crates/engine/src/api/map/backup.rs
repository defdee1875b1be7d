//! The errors of opening a backup, of its kinds, of exports and of the pretend iPhone.

use super::chain;
use crate::api::{ApiError, Code};

impl From<backup::Error> for ApiError {
    fn from(error: backup::Error) -> ApiError {
        use backup::Error as E;
        let (code, message) = match &error {
            E::NotABackup => (Code::NotABackup, "This folder is not an iPhone backup: choose the folder with Manifest.db in it.".to_string()),
            E::Encrypted => (
                Code::PasswordNeeded,
                "This backup is encrypted with the password that was set on the device. Enter that password to look inside.".into(),
            ),
            E::WrongPassword => (
                Code::PasswordWrong,
                "This password does not open it. A version keeps the password that was set when it was made: an older one may need an older password.".into(),
            ),
            E::Cancelled => return ApiError::cancelled(),
            E::KeybagDamaged => (Code::BackupDamaged, "The keys of this backup are damaged: no password can open it.".into()),
            E::KeyMissing { path, .. } => (Code::FileMissing, format!("{path} is locked with a key that is not in this backup.")),
            E::OldFormat(format) => (Code::BackupOldFormat, format!("This backup was {format}. This release cannot read that yet.")),
            E::Unfinished { state } => (
                Code::BackupUnfinished,
                format!("This backup is not finished (its state is \"{state}\"): it is still being written, or its making was cut short. Wait until it has ended, then try again."),
            ),
            E::InfoEmpty => (
                Code::BackupInfoEmpty,
                "This backup is still being written: its Info.plist is empty. Wait a few minutes, then try again.".into(),
            ),
            E::ManifestDamaged { .. } => (Code::BackupDamaged, "The list of files of this backup (Manifest.db) is damaged.".into()),
            E::PlistDamaged { name, .. } => (Code::BackupDamaged, format!("{name} of this backup is damaged.")),
            E::ContentMissing { path, .. } => (Code::FileMissing, format!("The content of {path} is not in this backup.")),
            E::BadFileId { path, .. } | E::RecordDamaged { path, .. } => (Code::FileMissing, format!("The entry of {path} in this backup is damaged.")),
            E::DatabaseDamaged { path, .. } => (Code::KindUnreadable, format!("The database {path} in this backup is damaged.")),
            E::Read { path, .. } => (Code::Io, format!("{path} of the backup could not be read.")),
            E::Scratch { path, source } => return ApiError::io(path, source),
        };
        ApiError::new(code, message).detail(chain(&error))
    }
}

impl From<kinds::Error> for ApiError {
    fn from(error: kinds::Error) -> ApiError {
        use kinds::Error as E;
        match error {
            E::Backup(error) => error.into(),
            E::Export(error) => error.into(),
            E::Io { path, source } => ApiError::io(&path, &source),
            E::Cancelled => ApiError::cancelled(),
            E::Picture(why) => ApiError::new(Code::PictureUnreadable, format!("This picture cannot be shown: {why}.")),
            E::NotAnExport { path, why } => ApiError::new(
                Code::BadRequest,
                format!(
                    "{} cannot be extended: {why}. Choose the folder of an earlier export of the same kind and format.",
                    path.display()
                ),
            ),
            E::NamePattern { .. } => {
                let words = "{name}, {date}, {time}, {number} and {album}";
                ApiError::new(Code::BadRequest, format!("{error}. Use text and {words}."))
            }
            E::UnknownFormat { .. } => ApiError::new(Code::BadRequest, error.to_string()),
            E::Database { ref source, .. } if lost(source) => {
                let detail = chain(&error);
                ApiError::new(Code::Io, "The disk with this version could not be read. Is it still connected?")
                    .detail(detail)
            }
            E::Database { .. } => {
                let detail = chain(&error);
                ApiError::new(Code::KindUnreadable, "This part of the backup could not be read.").detail(detail)
            }
        }
    }
}

/// Whether it is the disk under a database that failed, not what is in it.
fn lost(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::CannotOpen))
}

impl From<export::Error> for ApiError {
    fn from(error: export::Error) -> ApiError {
        use export::Error as E;
        match &error {
            E::Write { path, source } => ApiError::io(path, source),
            E::Read { path, .. } => {
                ApiError::new(Code::FileMissing, format!("What belongs into {} could not be read.", path.display()))
                    .detail(chain(&error))
            }
            E::Output(_) | E::Pdf { .. } => {
                ApiError::new(Code::Io, "The export could not be written.").detail(chain(&error))
            }
            E::NoFreeName { path } => {
                ApiError::new(Code::FileExists, format!("There are too many files like {} already.", path.display()))
            }
        }
    }
}

impl From<simulator::Error> for ApiError {
    fn from(error: simulator::Error) -> ApiError {
        match &error {
            simulator::Error::BackingUp => {
                ApiError::new(Code::DeviceBusy, "Wait until the backup of the pretend iPhone has ended.")
            }
            simulator::Error::Io { path, source } => ApiError::io(path, source),
            _ => ApiError::new(Code::Io, "The pretend iPhone could not start.").detail(chain(&error)),
        }
    }
}
