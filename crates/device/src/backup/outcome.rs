use crate::{Error, Result};
use plist::{Dictionary, Value};
use wire::devicelink::signed;

/// What a running backup, restore or change of password tells.
#[derive(Clone, Debug, PartialEq)]
pub enum BackupEvent {
    Phase(Phase),
    /// 0 to 100; never falls.
    Progress {
        percent: f64,
    },
    /// So far, at most about ten times a second; in a restore, what was sent.
    Bytes {
        received: u64,
        files: u64,
    },
    Unreadable(Unreadable),
}

/// In the order they come; `WaitingForPasscode` may come at any time and ends with the phase it interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Connecting,
    /// The phone (or this computer, reading apps and icons) gets ready; minutes on a full phone.
    Preparing,
    /// Someone has to enter the passcode on the phone.
    WaitingForPasscode,
    Receiving,
    /// A restore's files go to the phone.
    Sending,
    /// The phone has new files moved into place and old ones removed; after a restore it puts things in order itself.
    Finishing,
    /// The phone reads back what it wrote.
    Verifying,
    /// The phone has restored everything and starts anew.
    Restarting,
}

/// A file the phone could not read; the older copy, if any, stays what it was. In a restore, one that could not be
/// read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file on the phone, such as `/.b/6/Library/SMS/sms.db`.
    pub device_path: String,
    /// The file in the backup, relative to the device's folder.
    pub path: String,
    pub text: String,
}

/// Something a phone asked for that was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A path outside the device's folder.
    Path { path: String },
    /// A message this build does not know.
    Message { name: String },
}

/// How a backup or a restore ended that the phone called finished.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The phone's last word never came, though everything else says it finished (`protocol.md` 3, row 30).
    pub unconfirmed: bool,
    /// Files and bytes that were stored; in a restore, those that were sent.
    pub files: u64,
    pub bytes: u64,
    /// The first [`Outcome::REPORTED`] of `unreadable_count`, fewer where their names are wild. In a restore, files the
    /// phone asked for that could not be given.
    pub unreadable: Vec<Unreadable>,
    pub unreadable_count: u64,
    /// Stored, but the phone ended them with an error or something else after their data: check their lengths.
    /// Capped likewise.
    pub suspect: Vec<Unreadable>,
    /// Capped likewise.
    pub refused: Vec<Refused>,
}

impl Outcome {
    /// So many single files are reported; memory stays flat however much goes wrong.
    pub const REPORTED: usize = 10_000;
    /// Of each path and text, so many characters.
    pub(super) const TEXT: usize = 1024;
    /// Characters of all paths and texts together.
    pub(super) const TEXTS: usize = 4 << 20;
}

/// What the phone's final code means (`protocol.md` 2.7.7). 105 is [`crate::Error::DiskFull`], 202
/// [`crate::Error::CancelledOnDevice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupFailure {
    /// 1
    Generic,
    /// 3: an interrupted backup left its snapshot; restarting the phone clears it.
    SnapshotExists,
    /// 4
    NotFound,
    /// 11: a property list of the backup cannot be read.
    BadPlist,
    /// 24: a file could not be opened.
    OpenFailed,
    /// 100
    InputOutput,
    /// 102: a restore left its folder; restarting the phone clears it.
    RestoreLeftover,
    /// 103: the phone could not read the backup's status or properties.
    BadProperties,
    /// 104: several files could not be read; they were told as `Unreadable`.
    UploadErrors,
    /// 106
    DeviceFull,
    /// 203: the backup to restore is of a newer system.
    VersionMismatch,
    /// 205: the manifest names files the backup lacks; only a full backup helps.
    Inconsistent,
    /// 207: the password of the backup to restore, or the old one when it is to be changed.
    WrongPassword,
    /// 208: locked, or the passcode was not entered in time.
    LockedOrNoPasscode,
    /// 211: no restore while it is on.
    FindMyOn,
    /// 212: no restore before the phone's own set-up is done.
    NotSetUp,
    /// A code this build has no name for.
    Other,
}

impl BackupFailure {
    fn of(code: i64) -> BackupFailure {
        match code {
            1 => BackupFailure::Generic,
            3 => BackupFailure::SnapshotExists,
            4 => BackupFailure::NotFound,
            11 => BackupFailure::BadPlist,
            24 => BackupFailure::OpenFailed,
            100 => BackupFailure::InputOutput,
            102 => BackupFailure::RestoreLeftover,
            103 => BackupFailure::BadProperties,
            104 => BackupFailure::UploadErrors,
            106 => BackupFailure::DeviceFull,
            203 => BackupFailure::VersionMismatch,
            205 => BackupFailure::Inconsistent,
            207 => BackupFailure::WrongPassword,
            208 => BackupFailure::LockedOrNoPasscode,
            211 => BackupFailure::FindMyOn,
            212 => BackupFailure::NotSetUp,
            _ => BackupFailure::Other,
        }
    }
}

/// The phone's last word: its code and description.
pub(super) fn verdict(answer: &Dictionary, needed: Option<u64>, free: Option<u64>) -> Result<()> {
    let code = answer.get("ErrorCode").and_then(signed).ok_or(Error::Unexpected { doing: "finishing" })?;
    if code == 0 {
        return Ok(());
    }
    let text = answer.get("ErrorDescription").and_then(Value::as_string).unwrap_or_default();
    // Some builds answer with a number of their own and name the real one in the text.
    let told = match BackupFailure::of(code) {
        BackupFailure::Other => domain_code(text).unwrap_or(code),
        _ => code,
    };
    Err(match told {
        105 => Error::DiskFull { needed, free },
        202 => Error::CancelledOnDevice,
        _ => Error::Backup { failure: BackupFailure::of(told), code, text: text.chars().take(500).collect() },
    })
}

/// The number in `MBErrorDomain/105`.
fn domain_code(text: &str) -> Option<i64> {
    let digits = text.split_once("MBErrorDomain/")?.1;
    digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: i64, text: &str) -> Dictionary {
        crate::stream::dictionary([("ErrorCode", code.into()), ("ErrorDescription", text.into())])
    }

    #[test]
    fn every_documented_code_has_its_name() {
        for code in [1, 3, 4, 11, 24, 100, 102, 103, 104, 106, 203, 205, 207, 208, 211, 212] {
            assert_ne!(BackupFailure::of(code), BackupFailure::Other, "{code}");
            assert!(
                matches!(verdict(&answer(code, ""), None, None), Err(Error::Backup { code: told, .. }) if told == code)
            );
        }
        assert!(verdict(&answer(0, ""), None, None).is_ok());
        assert!(matches!(verdict(&answer(202, ""), None, None), Err(Error::CancelledOnDevice)));
        let full = verdict(&answer(105, ""), Some(9), Some(3));
        assert!(matches!(full, Err(Error::DiskFull { needed: Some(9), free: Some(3) })));
    }

    #[test]
    fn odd_numbers_are_settled_by_the_text_or_kept() {
        let told = verdict(&answer(-3, "Not enough (MBErrorDomain/205)"), None, None);
        let Err(Error::Backup { failure, code, .. }) = told else { panic!("{told:?}") };
        assert_eq!((failure, code), (BackupFailure::Inconsistent, -3));
        let told = verdict(&answer(-4, ""), None, None);
        assert!(matches!(told, Err(Error::Backup { failure: BackupFailure::Other, code: -4, .. })));
        assert!(matches!(verdict(&Dictionary::new(), None, None), Err(Error::Unexpected { .. })));
    }
}
