//! The passcode, asked for on the phone itself (`protocol.md` 2.7.11).

use super::host::Host;
use super::{Ended, LOCKED, Step};
use crate::device::Device;
use crate::screen::Answer;
use wire::lockdown::notification::{PASSCODE_DISMISSED, PASSCODE_PRESENTED};

/// Waits for the passcode; a host that leaves meanwhile ends the wait.
pub(super) async fn ask(device: &Device, host: &mut Host) -> Step<()> {
    if device.is_locked() {
        return Err(Ended::failed(LOCKED, "the phone is locked"));
    }
    device.post(PASSCODE_PRESENTED);
    let answer = tokio::select! {
        answer = device.screen.ask_for_passcode() => Ok(answer),
        () = host.left() => Err(Ended::Gone),
        () = tokio::time::sleep(device.options.passcode_timeout) => Ok(Answer::No),
    };
    device.post(PASSCODE_DISMISSED);
    match answer? {
        Answer::Yes => Ok(()),
        _ => Err(Ended::failed(LOCKED, "the passcode was not entered")),
    }
}
