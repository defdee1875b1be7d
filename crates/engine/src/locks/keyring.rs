//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! One entry per device: its passwords as a JSON list, newest first. Everything here blocks, and may show a question of
//! the system's own. Where there is no keychain, nothing is kept: there is no fallback to a file.

use crate::api::{ApiError, Code, Result};
use backup::Password;
use keyring::{Entry, Error};
use zeroize::Zeroizing;

const SERVICE: &str = "Heirloom backup password";

fn entry(udid: &str) -> Result<Entry> {
    Entry::new(SERVICE, udid).map_err(|error| {
        let error = Entry::store_status().as_ref().err().unwrap_or(&error);
        unavailable(error)
    })
}

fn unavailable(error: &Error) -> ApiError {
    let message = if cfg!(target_os = "linux") {
        "This computer's keychain does not answer, so no password can be kept there. A Secret Service is needed, such as GNOME Keyring or KWallet, unlocked."
    } else {
        "This computer's keychain does not answer, so no password can be kept there."
    };
    ApiError::new(Code::KeyringUnavailable, message).detail(error.to_string())
}

/// The passwords kept for a device, newest first; none when there is no entry.
pub fn load(udid: &str) -> Result<Vec<Password>> {
    let text = match entry(udid)?.get_password() {
        Ok(text) => Zeroizing::new(text),
        Err(Error::NoEntry) => return Ok(Vec::new()),
        Err(error) => return Err(unavailable(&error)),
    };
    // An entry someone typed by hand is a password as well.
    let texts = serde_json::from_str::<Vec<String>>(&text).unwrap_or_else(|_| vec![text.to_string()]);
    Ok(texts.into_iter().map(Password::from).collect())
}

/// Replaces what is kept for a device.
pub fn save(udid: &str, passwords: &[Password]) -> Result<()> {
    let texts: Vec<&str> = passwords.iter().map(Password::as_str).collect();
    let text = serde_json::to_string(&texts).map(Zeroizing::new);
    let text =
        text.map_err(|wrong| ApiError::new(Code::Bug, "The password could not be written.").detail(wrong.to_string()))?;
    entry(udid)?.set_password(&text).map_err(|error| unavailable(&error))
}

/// Removes a device's entry; that there is none is fine.
pub fn forget(udid: &str) -> Result<()> {
    match entry(udid)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(unavailable(&error)),
    }
}
