//! mobilebackup2, the phone's side: it drives the session and checks the host (`protocol.md` 2.7).
//!
//! [`session`] says hello and takes the request; [`run`] is a backup from prompt to verdict; [`survey`] decides what crosses the wire and
//! writes the Manifest.db; [`upload`] sends files; [`verify`] looks at what the host keeps; [`memory`] is what the phone knows of the
//! backups it made; [`host`] is the line to the computer, with the faults of the session.

mod about;
mod archive;
mod encryption;
mod host;
mod ids;
mod manifest;
mod memory;
mod misbehave;
mod passcode;
mod password;
mod plists;
mod restore;
mod resume;
mod run;
mod session;
mod source;
mod survey;
mod upload;
mod verify;

pub(crate) use encryption::Vault;
pub(crate) use memory::Memory;
pub(crate) use session::serve;

use crate::contents::PhoneFile;
use sha1::{Digest, Sha1};
use std::io;

/// SHA-1 of `domain-path`: the name of a file in a backup.
type FileId = [u8; 20];

fn file_id(file: &PhoneFile) -> FileId {
    let hash = Sha1::new().chain_update(&file.domain).chain_update("-").chain_update(&file.path);
    hash.finalize().into()
}

/// `ab/ab34…`, below the device's folder or its `Snapshot`.
fn content_path(id: &FileId) -> String {
    let name = hex::encode(id);
    format!("{}/{name}", &name[..2])
}

/// Apple's numbers (`protocol.md` 2.7.7).
const GENERIC: i64 = 1;
const HOST_FULL: i64 = 105;
const CANCELLED: i64 = 202;
const INCONSISTENT: i64 = 205;
const BAD_PASSWORD: i64 = 207;
const LOCKED: i64 = 208;

/// Why a session ended before its time.
#[derive(Debug)]
enum Ended {
    /// The host is gone, or a fault cut the line.
    Gone,
    /// The phone gives up, with Apple's number for it (`protocol.md` 2.7.7).
    Failed { code: i64, text: String },
}

impl Ended {
    fn failed(code: i64, text: impl Into<String>) -> Ended {
        Ended::Failed { code, text: text.into() }
    }
}

/// The code and the complaint of a session's end, as summaries tell them.
fn in_summary<T>(result: &Step<T>) -> (Option<i64>, Option<String>) {
    match result {
        Ok(_) => (Some(0), None),
        Err(Ended::Failed { code, text }) => (Some(*code), Some(text.clone())),
        Err(Ended::Gone) => (None, None),
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Ended {
        tracing::debug!(%error, "the line to the host broke");
        Ended::Gone
    }
}

/// What failed on the phone itself is its generic error.
fn broken(error: impl std::fmt::Display) -> Ended {
    tracing::error!(%error, "the pretend phone failed");
    Ended::failed(1, error.to_string())
}

type Step<T> = std::result::Result<T, Ended>;
