//! Whether the location will hold what is coming, told before it comes.

use crate::api::{Result, disk_full};
use crate::jobs::Run;
use store::Session;

/// The device stops when less than this is left beside what it sends (`protocol.md` 2.7.12).
const DEVICE_WANTS: u64 = 128 << 20;
/// On top of what is expected.
const RESERVE: u64 = 1 << 30;

/// Stops when not even a small change would fit, and warns when everything new on the device might not.
///
/// `used` is what the device's storage holds, in bytes. Most of the system and all apps are not part of a backup, so it
/// is more than will come; how much less, the device does not say before.
pub fn foresee(session: &Session, used: Option<u64>, full: bool, run: &Run) -> Result<()> {
    let free = session.free_space()?;
    if free <= DEVICE_WANTS {
        return Err(disk_full(Some(DEVICE_WANTS + 1), Some(free)));
    }
    let kept = session.newest().filter(|_| !full).map_or(0, |newest| newest.bytes);
    if let Some(short) = used.and_then(|used| shortfall(used, kept, free)) {
        run.warn(short);
    }
    Ok(())
}

/// A sentence when the location may turn out too small.
fn shortfall(used: u64, kept: u64, free: u64) -> Option<String> {
    let coming = used.saturating_sub(kept);
    let wanted = coming + coming / 10 + RESERVE;
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    (wanted > free).then(|| {
        format!(
            "The disk may turn out too small: {} are free, and the device holds up to {} that no version here has yet. \
             Apps and the system are part of that and will not come; if it does not fit, the backup stops and earlier versions stay as they are.",
            gigabytes(free),
            gigabytes(coming)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_not_fit_is_told() {
        assert_eq!(shortfall(50 << 30, 0, 100 << 30), None);
        assert_eq!(shortfall(50 << 30, 48 << 30, 4 << 30), None);
        let told = shortfall(50_000_000_000, 0, 20_000_000_000).unwrap();
        assert!(told.contains("20.0 GB are free") && told.contains("50.0 GB"), "{told}");
    }
}
