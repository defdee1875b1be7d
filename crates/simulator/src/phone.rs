use crate::contents::{Expected, Persona};
use crate::device::{Device, lock};
use crate::{Faults, Result};
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
    /// The passcode, before a backup.
    Passcode,
}

/// What the phone did in its last backup session that got as far as a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupSummary {
    pub full: bool,
    /// Content files that crossed the wire.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Content files the host was told to remove.
    pub removed: u64,
    /// The `ErrorCode` of the final answer; `None` when the connection ended before it.
    pub code: Option<i64>,
    /// What the phone found wrong with what the host keeps.
    pub complaint: Option<String>,
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
        self.0.attached().is_some()
    }

    /// What goes wrong in the backup sessions that start from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.0.set_faults(faults);
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
