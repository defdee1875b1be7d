//! Waiting for the phone's next message: notifications, silence and a wish to stop are dealt with meanwhile.

use super::aim::Aim;
use super::deadlines::{LAST_WORD, NEXT_STEP, PASSCODE_HINT, PASSWORD_STEP};
use super::session::{STATUS, Session};
use crate::{Error, Result};
use plist::Value;
use std::io::Read;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::devicelink::Message;

impl Session<'_> {
    /// From now on the phone may ask for its passcode. Phones do so for a backup and a change of its password; a
    /// restore says so itself, if at all (`protocol.md` 2.7.11).
    pub(super) fn expect_passcode(&mut self, passcode: watch::Receiver<Option<bool>>) {
        self.passcode = Some(passcode);
        self.passcode_hint = (self.aim != Aim::Restore).then(|| Instant::now() + PASSCODE_HINT);
    }

    /// The next message.
    pub(super) async fn next(&mut self) -> Result<Message> {
        let stop = self.link.stop.clone();
        let silence = if self.aim == Aim::Password { PASSWORD_STEP } else { NEXT_STEP };
        let mut patience = silence.min(LAST_WORD);
        let mut heard = Instant::now();
        loop {
            if stop.is_wanted() {
                return Err(stop.error());
            }
            if let Some(message) = self.link.buffered_message()? {
                self.passcode_hint = None;
                self.report.passcode(false);
                return Ok(Message::parse(message)?);
            }
            let hint = self.passcode_hint;
            tokio::select! {
                biased;
                () = stop.soon.cancelled() => return Err(stop.error()),
                shown = passcode(&mut self.passcode) => {
                    self.passcode_hint = None;
                    self.report.passcode(shown);
                    heard = Instant::now();
                }
                () = until(hint) => {
                    self.passcode_hint = None;
                    self.report.passcode(true);
                }
                filled = tokio::time::timeout_at(heard + patience, self.link.fill()) => match filled {
                    Ok(filled) => {
                        filled?;
                        heard = Instant::now();
                    }
                    Err(_) if patience < silence && !self.looks_finished().await? => patience = silence,
                    Err(_) => return Err(Error::TimedOut { doing: "waiting for its next step" }),
                }
            }
        }
    }

    /// Whether everything but the phone's last word says that this session's backup is complete.
    pub(super) async fn looks_finished(&mut self) -> Result<bool> {
        if self.aim != Aim::BackUp || !self.status_sent || self.failure.is_some() {
            return Ok(false);
        }
        self.worker
            .run(|files| {
                let staged = matches!(files.list("Snapshot"), Ok(children) if !children.is_empty());
                let Ok(file) = files.open_read(STATUS) else { return false };
                let mut content = Vec::new();
                if staged || file.take(64 << 10).read_to_end(&mut content).is_err() {
                    return false;
                }
                let state = wire::frame::decode(&content).ok().and_then(Value::into_dictionary);
                state.is_some_and(|state| {
                    state.get("SnapshotState").and_then(Value::as_string).is_some_and(|state| state == "finished")
                })
            })
            .await
    }
}

/// The next word on the passcode sheet; for ever without one.
async fn passcode(told: &mut Option<watch::Receiver<Option<bool>>>) -> bool {
    while let Some(receiver) = told {
        match receiver.changed().await {
            Ok(()) => {
                if let Some(shown) = *receiver.borrow_and_update() {
                    return shown;
                }
            }
            Err(_) => *told = None,
        }
    }
    std::future::pending().await
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
