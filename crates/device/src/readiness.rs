use crate::lockdown::Lockdown;
use crate::{Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};

/// What a device says of itself that decides whether it takes a restore or a change of its backup password
/// (`protocol.md` 2.7.10). `None`: it did not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// A restore is refused with 211 while it is on.
    pub find_my: Option<bool>,
    pub activated: Option<bool>,
    /// Whether its own set-up was gone through; a restore is refused with 212 before.
    pub set_up: Option<bool>,
    pub locked: Option<bool>,
    /// Such as `18.1`; a backup of a newer system is refused with 203.
    pub system: String,
    /// Bytes a restore may fill, and bytes in all.
    pub free: Option<u64>,
    pub total: Option<u64>,
    /// Whether its backups are encrypted.
    pub encrypts: Option<bool>,
    /// Whether a profile forbids turning encryption off.
    pub must_encrypt: Option<bool>,
}

/// Asks a trusted device for its [`Readiness`]. One that is locked since it started tells next to nothing.
pub async fn readiness(mux: &Usbmux, who: &Attached) -> Result<Readiness> {
    let mut lockdown = match Lockdown::trusted(mux, who).await {
        Ok(lockdown) => lockdown,
        Err(Error::Locked) => return Ok(Readiness { locked: Some(true), ..Readiness::default() }),
        Err(error) => return Err(error),
    };
    let device = lockdown.values(None).await?;
    let mut domain = async |name| lockdown.values(Some(name)).await;
    let (find_my, buddy) = (domain("com.apple.fmip").await?, domain("com.apple.PurpleBuddy").await?);
    let (disk, backup) = (domain("com.apple.disk_usage").await?, domain("com.apple.mobile.backup").await?);
    lockdown.close().await;
    Ok(read(&device, &find_my, &buddy, &disk, &backup))
}

fn read(
    device: &Dictionary,
    find_my: &Dictionary,
    buddy: &Dictionary,
    disk: &Dictionary,
    backup: &Dictionary,
) -> Readiness {
    let text = |key: &str| device.get(key).and_then(Value::as_string);
    let bytes = |key: &str| disk.get(key).and_then(Value::as_unsigned_integer);
    // "Restore available" counts what the device would give up for a restore.
    let free = bytes("AmountRestoreAvailable").or(bytes("TotalDataAvailable")).or(bytes("AmountDataAvailable"));
    Readiness {
        find_my: flag(find_my, "IsAssociated"),
        activated: text("ActivationState").map(|state| state != "Unactivated"),
        set_up: flag(buddy, "SetupDone").or(flag(buddy, "SetupFinishedAllSteps")),
        locked: flag(device, "PasswordProtected"),
        system: text("ProductVersion").unwrap_or_default().to_string(),
        free,
        total: bytes("TotalDiskCapacity"),
        encrypts: flag(backup, "WillEncrypt"),
        must_encrypt: flag(backup, "RequiresEncrypt"),
    }
}

/// A yes or no, which some systems write as a number.
fn flag(values: &Dictionary, key: &str) -> Option<bool> {
    let value = values.get(key)?;
    value.as_boolean().or_else(|| value.as_signed_integer().map(|number| number != 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::dictionary;

    #[test]
    fn what_is_told_is_read_and_the_rest_is_unknown() {
        let device = dictionary([
            ("ActivationState", "Activated".into()),
            ("PasswordProtected", false.into()),
            ("ProductVersion", "18.1".into()),
        ]);
        let read = read(
            &device,
            &dictionary([("IsAssociated", 1.into())]),
            &dictionary([("SetupDone", true.into())]),
            &dictionary([("TotalDiskCapacity", 100.into()), ("TotalDataAvailable", 60.into())]),
            &dictionary([("WillEncrypt", true.into())]),
        );
        let expected = Readiness {
            find_my: Some(true),
            activated: Some(true),
            set_up: Some(true),
            locked: Some(false),
            system: "18.1".into(),
            free: Some(60),
            total: Some(100),
            encrypts: Some(true),
            must_encrypt: None,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn a_silent_device_is_unknown_in_everything() {
        let none = Dictionary::new();
        assert_eq!(read(&none, &none, &none, &none, &none), Readiness::default());
        let unactivated = dictionary([("ActivationState", "Unactivated".into())]);
        assert_eq!(read(&unactivated, &none, &none, &none, &none).activated, Some(false));
    }
}
