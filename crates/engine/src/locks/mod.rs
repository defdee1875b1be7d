//! Encrypted versions: which are unlocked, and the passwords known for them. Sealed locations, and their keys.
//!
//! Keys and passwords live in memory until they are locked away: by the person, after a time without use, or with the
//! end of the app. Only a password the person wants remembered goes elsewhere: into the system's keychain, never a file.

mod idle;
pub mod keychain;
mod keyring;
mod passwords;
pub mod seal;
mod store_keys;
mod unlock;

pub use idle::watch;
pub use passwords::{check_password, forget_password, list_passwords, remember};
pub use store_keys::{StoreKeys, learn_keys};
pub use unlock::{Known, opener_of, quietly, stop_unlocking, unlock};

use crate::Engine;
use crate::api::devices::Nothing;
use crate::api::{ApiError, Result, Topic};
use backup::{Keys, Password};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Passwords known of one device; an old version may need an older one.
const PASSWORDS_KEPT: usize = 8;

/// What is unlocked now.
pub struct Locks(Mutex<State>);

/// What opens a key bag.
#[derive(Clone)]
pub struct Opener {
    pub keys: Keys,
    /// The device wants it as typed when the version is put back.
    pub password: Password,
}

struct State {
    /// By the id of the key bag.
    open: BTreeMap<String, Opener>,
    /// The key bag of a version, by the version's id.
    bags: BTreeMap<String, String>,
    /// By device, newest first.
    passwords: BTreeMap<String, Vec<Password>>,
    used: Instant,
    /// Cancelled when unlocking under way is to stop.
    stop: CancellationToken,
}

impl Default for Locks {
    fn default() -> Locks {
        Locks(Mutex::new(State {
            open: BTreeMap::new(),
            bags: BTreeMap::new(),
            passwords: BTreeMap::new(),
            used: Instant::now(),
            stop: CancellationToken::new(),
        }))
    }
}

impl Locks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What opens a key bag, if it is unlocked.
    pub fn opener(&self, bag: &str) -> Option<Opener> {
        let mut state = self.state();
        let opener = state.open.get(bag).cloned()?;
        state.used = Instant::now();
        Some(opener)
    }

    /// Notes which key bag a version has.
    pub fn belongs(&self, version: &str, bag: &str) {
        self.state().bags.insert(version.to_string(), bag.to_string());
    }

    /// Whether a version's keys are known; `noted` is the key bag its record names.
    pub fn opens(&self, version: &str, noted: Option<&str>) -> bool {
        let state = self.state();
        let bag = state.bags.get(version).map(String::as_str).or(noted);
        bag.is_some_and(|bag| state.open.contains_key(bag))
    }

    /// The passwords entered since the last locking, newest first.
    pub fn passwords(&self, udid: &str) -> Vec<Password> {
        self.state().passwords.get(udid).cloned().unwrap_or_default()
    }

    /// Devices of which a password is known.
    pub fn devices(&self) -> Vec<String> {
        self.state().passwords.keys().cloned().collect()
    }

    /// A password that has proven right for a device.
    pub fn learn(&self, udid: &str, password: &Password) {
        let mut state = self.state();
        put_first(state.passwords.entry(udid.to_string()).or_default(), password);
        state.used = Instant::now();
    }

    /// Keys that were derived; refused when everything was locked meanwhile.
    fn keep(&self, stop: &CancellationToken, bag: &str, opener: Opener) -> Result<()> {
        let mut state = self.state();
        if stop.is_cancelled() {
            return Err(ApiError::cancelled());
        }
        state.open.insert(bag.to_string(), opener);
        state.used = Instant::now();
        Ok(())
    }

    fn forget(&self, udid: &str) {
        self.state().passwords.remove(udid);
    }

    /// Something of an unlocked version was looked at.
    pub fn touch(&self) {
        self.state().used = Instant::now();
    }

    fn unused_for(&self) -> Option<Duration> {
        let state = self.state();
        let open = !state.open.is_empty() || !state.passwords.is_empty();
        open.then(|| state.used.elapsed())
    }

    fn stop_token(&self) -> CancellationToken {
        self.state().stop.clone()
    }

    /// Ends unlocking under way.
    fn stop(&self) {
        let mut state = self.state();
        state.stop.cancel();
        state.stop = CancellationToken::new();
    }

    fn clear(&self) {
        self.stop();
        let mut state = self.state();
        // The last owner of each wipes it from memory.
        state.open.clear();
        state.passwords.clear();
    }
}

fn put_first(passwords: &mut Vec<Password>, password: &Password) {
    passwords.retain(|known| known.as_str() != password.as_str());
    passwords.insert(0, password.clone());
    passwords.truncate(PASSWORDS_KEPT);
}

pub async fn lock_all(engine: &Engine, _: Nothing) -> Result<Nothing> {
    lock(engine);
    Ok(Nothing {})
}

/// Forgets keys and passwords, closes what was open of encrypted versions, and removes their private copies.
pub fn lock(engine: &Engine) {
    engine.0.locks.clear();
    engine.0.views.close_encrypted();
    engine.0.opened.close_encrypted();
    engine.0.previews.forget_private();
    engine.changed(Topic::Locks);
    engine.changed(Topic::Versions);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_passwords_are_kept_each_once() {
        let mut known = Vec::new();
        for text in ["a", "b", "c", "a"] {
            put_first(&mut known, &Password::new(text));
        }
        let texts: Vec<&str> = known.iter().map(Password::as_str).collect();
        assert_eq!(texts, ["a", "c", "b"]);
        (0..20).for_each(|number| put_first(&mut known, &Password::new(&number.to_string())));
        assert_eq!((known.len(), known[0].as_str()), (PASSWORDS_KEPT, "19"));
    }

    #[test]
    fn locking_forgets_and_stops() {
        let locks = Locks::default();
        assert_eq!(locks.unused_for(), None);
        locks.learn("U", &Password::new("x"));
        assert!(locks.unused_for().is_some());
        let running = locks.stop_token();
        locks.clear();
        assert!(running.is_cancelled() && locks.passwords("U").is_empty());
        assert!(!locks.stop_token().is_cancelled(), "the next unlocking may run");
    }
}
