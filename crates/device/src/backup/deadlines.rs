//! How long a session waits, phase by phase. A device that is gone shows sooner: usbmuxd closes its tunnels when the
//! cable is pulled, and over the network the heartbeat ends.

use std::time::Duration;

/// Each answer while the backup service starts, which is slow on old phones.
pub(super) const GREETING: Duration = Duration::from_secs(90);
/// Without the phone's notification, silence right after the request most likely is the passcode sheet.
pub(super) const PASSCODE_HINT: Duration = Duration::from_secs(8);
/// Between messages: phones take minutes to prepare and to finish (`protocol.md` 3, rows 8 and 9).
pub(super) const NEXT_STEP: Duration = Duration::from_secs(20 * 60);
/// After the request to change a password: the passcode sheet, then a new set of keys.
pub(super) const PASSWORD_STEP: Duration = Duration::from_secs(10 * 60);
/// Until a backup that looks finished counts as finished (`protocol.md` 3, row 30).
pub(super) const LAST_WORD: Duration = Duration::from_secs(4 * 60);
/// In the middle of files, either way. A phone hashing gigabytes is silent for minutes (`protocol.md` 3, row 8).
pub(super) const AMID_FILES: Duration = Duration::from_secs(10 * 60);
/// From the wish to stop to the end of waiting for a message boundary.
pub(super) const GRACE: Duration = Duration::from_secs(1);
/// For a last word to a phone that may be gone.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gives_up_before_the_phone_gives_up_on_its_passcode() {
        // About three minutes (`protocol.md` 2.7.11).
        let sheet = Duration::from_secs(3 * 60);
        for deadline in [NEXT_STEP, PASSWORD_STEP, LAST_WORD, AMID_FILES] {
            assert!(deadline > sheet, "{deadline:?}");
        }
        assert!(GRACE + GOODBYE <= Duration::from_secs(2), "a wish to stop is met within two seconds");
    }
}
