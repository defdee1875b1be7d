use crate::contents::{Expected, Persona};
use crate::device::{Device, lock};
use crate::services::Files;
use crate::{Faults, Result};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The hand on one pretend phone. Cheap to clone.
#[derive(Clone)]
pub struct Phone(pub(crate) Arc<Device>);

/// What the phone's screen asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// "Trust This Computer?"
    Trust,
    /// The passcode, before a backup or a change of the backup password.
    Passcode,
}

/// What the phone did in its last backup session that got as far as a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupSummary {
    pub full: bool,
    /// Whether the backup password sealed it.
    pub encrypted: bool,
    /// Content files that crossed the wire.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Content files a cut backup had left with the host, used again.
    pub resumed: u64,
    /// Content files the host was told to remove.
    pub removed: u64,
    /// The `ErrorCode` of the final answer; `None` when the connection ended before it.
    pub code: Option<i64>,
    /// What the phone found wrong with what the host keeps.
    pub complaint: Option<String>,
}

/// What the last restore session that got as far as a request did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoreSummary {
    /// The UDID of the folder it was restored from.
    pub source: String,
    /// Content files that came back, and their bytes as they are on the phone.
    pub files: u64,
    pub bytes: u64,
    /// The `ErrorCode` of the final answer; `None` when the connection ended before it.
    pub code: Option<i64>,
    /// What the phone found wrong, in words.
    pub complaint: Option<String>,
    /// The options of the request by name, as text; of a password only that there was one.
    pub options: Vec<(String, String)>,
    /// Files that came back unlike the manifest or the phone's own memory says, and how; the first 1,000. Any of them ends with 205.
    pub differences: Vec<String>,
    /// SHA-256 of what came back, by `domain: path`; the first 100,000 files.
    pub restored: BTreeMap<String, [u8; 32]>,
    /// Bundle ids of `/iTunesRestore/RestoreApplications.plist`, when the host left one.
    pub applications: Option<Vec<String>>,
}

impl Phone {
    pub fn udid(&self) -> &str {
        &self.0.persona.udid
    }

    /// What the seed made of it; a name from the options is already in it.
    pub fn persona(&self) -> &Persona {
        &self.0.persona
    }

    /// The name it goes by.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// What shows on the screen.
    pub fn prompt(&self) -> Option<Prompt> {
        self.0.screen.prompt()
    }

    /// Returns once `prompt` shows.
    pub async fn prompted(&self, prompt: Prompt) {
        self.0.screen.prompted(prompt).await;
    }

    pub fn tap_trust(&self) {
        self.0.screen.answer_trust(true);
    }

    pub fn dont_trust(&self) {
        self.0.screen.answer_trust(false);
    }

    pub fn enter_passcode(&self) {
        self.0.screen.answer_passcode(true);
    }

    /// Takes the passcode prompt away unanswered; the backup ends with 208.
    pub fn dismiss_passcode(&self) {
        self.0.screen.answer_passcode(false);
    }

    pub fn lock(&self) {
        self.0.locked.store(true, Ordering::SeqCst);
        self.0.post("com.apple.springboard.lockstate");
    }

    pub fn unlock(&self) {
        self.0.locked.store(false, Ordering::SeqCst);
        self.0.post("com.apple.springboard.lockstate");
    }

    /// Cancels the backup from the phone: every host that observes it is told.
    pub fn cancel_backup(&self) {
        self.0.post(wire::lockdown::notification::SYNC_CANCEL);
    }

    /// Pulls the cable: every connection ends.
    pub fn unplug(&self) {
        self.0.unplug();
    }

    /// Plugs in again, under a new device id.
    pub fn plug(&self) {
        self.0.plug();
    }

    pub fn is_plugged(&self) -> bool {
        self.0.is_plugged()
    }

    /// Joins the network of [`crate::DeviceOptions::network`]; a phone starts on it.
    pub fn enter_wifi(&self) {
        self.0.set_joined(true);
    }

    /// Leaves the network: its connections there end.
    pub fn leave_wifi(&self) {
        self.0.set_joined(false);
    }

    /// Falls asleep: tells the hosts that keep a heartbeat, then drops every network connection. The cable is not affected.
    pub fn sleep(&self) {
        self.0.set_awake(false);
    }

    pub fn wake(&self) {
        self.0.set_awake(true);
    }

    /// Whether hosts can reach it over the network now.
    pub fn is_on_network(&self) -> bool {
        self.0.network.air().is_some()
    }

    /// Turns Find My on or off.
    pub fn set_find_my(&self, on: bool) {
        self.0.find_my.store(on, Ordering::SeqCst);
    }

    /// Goes through the set-up assistant, or back to it.
    pub fn set_set_up(&self, done: bool) {
        self.0.set_up.store(done, Ordering::SeqCst);
    }

    /// What hosts told it over lines that a fault had made unworthy of trust ([`crate::FaultyTls`]); the first MiB.
    pub fn overheard(&self) -> Vec<u8> {
        lock(&self.0.overheard).clone()
    }

    /// How often it was restarted, by a host or after a restore.
    pub fn restarts(&self) -> u64 {
        self.0.restarts.load(Ordering::SeqCst)
    }

    /// Puts a file into a folder of its media, in the place of one of that name. `false` when there is no such folder.
    pub fn put_media(&self, path: &str, bytes: &[u8]) -> bool {
        let media = Files::media(self.0.clone());
        media.make_writable(path, true).and_then(|()| media.write(path, 0, bytes)).is_ok()
    }

    /// Whether a backup or a restore is under way, as far as the phone has noticed.
    pub fn is_busy(&self) -> bool {
        self.0.busy().is_none()
    }

    /// How often a trusted host asked for all it tells of itself.
    pub fn told(&self) -> u64 {
        self.0.told.load(Ordering::Relaxed)
    }

    /// Power assertions hosts hold now (`protocol.md` 2.6).
    pub fn assertions(&self) -> u64 {
        self.0.assertions.load(Ordering::SeqCst)
    }

    /// What goes wrong in the connections that start from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.0.set_faults(faults);
    }

    /// Whether a backup made now would be encrypted.
    pub fn encrypts(&self) -> bool {
        self.0.encrypts()
    }

    pub fn last_restore(&self) -> Option<RestoreSummary> {
        lock(&self.0.last_restore).clone()
    }

    /// Days passed since the phone was made.
    pub fn day(&self) -> u32 {
        self.0.contents().day()
    }

    /// Lets a day pass on the phone. [`crate::Error::BackingUp`] while a backup runs.
    pub fn day_passes(&self) -> Result<()> {
        self.0.day_passes()
    }

    /// What a reader of a backup made now must find.
    pub fn expected(&self) -> Expected {
        self.0.contents().expected()
    }

    pub fn last_backup(&self) -> Option<BackupSummary> {
        lock(&self.0.last_backup).clone()
    }
}
