//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! One entry per device: its passwords as a JSON list, newest first. One per key of a sealed location. Everything here blocks, and may show a question of
//! the system's own. Where there is no keychain, nothing is kept: there is no fallback to a file.

use crate::api::{ApiError, Code, Result};
use backup::Password;
use keyring::{Entry, Error};
use store::{KeyId, StoreKey};
use zeroize::Zeroizing;

const PASSWORDS: &str = "Heirloom backup password";
const KEYS: &str = "Heirloom recovery key";

fn entry(service: &str, name: &str) -> Result<Entry> {
    Entry::new(service, name).map_err(|error| {
        let error = Entry::store_status().as_ref().err().unwrap_or(&error);
        unavailable(error)
    })
}

fn unavailable(error: &Error) -> ApiError {
    let message = if cfg!(target_os = "linux") {
        "This computer's keychain does not answer, so nothing can be kept there. A Secret Service is needed, such as GNOME Keyring or KWallet, unlocked."
    } else {
        "This computer's keychain does not answer, so nothing can be kept there."
    };
    ApiError::new(Code::KeyringUnavailable, message).detail(error.to_string())
}

fn text_of(entry: &Entry) -> Result<Option<Zeroizing<String>>> {
    match entry.get_password() {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

/// The key of that name, as far as it is kept here. What is no key, or another one, is none.
pub fn load_key(id: &KeyId) -> Result<Option<StoreKey>> {
    let text = text_of(&entry(KEYS, &id.hex())?)?;
    Ok(text.and_then(|text| StoreKey::parse(&text).ok()).filter(|key| key.id() == *id))
}

/// Keeps a key.
pub fn save_key(key: &StoreKey) -> Result<()> {
    entry(KEYS, &key.id().hex())?.set_password(&key.written()).map_err(|error| unavailable(&error))
}

/// The passwords kept for a device, newest first; none when there is no entry.
pub fn load(udid: &str) -> Result<Vec<Password>> {
    let Some(text) = text_of(&entry(PASSWORDS, udid)?)? else { return Ok(Vec::new()) };
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
    entry(PASSWORDS, udid)?.set_password(&text).map_err(|error| unavailable(&error))
}

/// Removes a device's entry; that there is none is fine.
pub fn forget(udid: &str) -> Result<()> {
    match entry(PASSWORDS, udid)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(unavailable(&error)),
    }
}
