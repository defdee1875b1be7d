//! A host sets, changes or takes away the backup password (`protocol.md` 2.7.11).

use super::encryption::Refused;
use super::host::Host;
use super::{BAD_PASSWORD, Ended, GENERIC, Step, broken, passcode};
use crate::device::Device;
use crate::stream::text;
use plist::Dictionary;
use std::sync::Arc;
use wire::lockdown::notification::BACKUP_DOMAIN_CHANGED;

/// Asks for the passcode first; then an old password that is wrong, missing or too much ends with 207.
pub(super) async fn change(device: &Arc<Device>, host: &mut Host, request: &Dictionary) -> Step<()> {
    passcode::ask(device, host).await?;
    let password = |key| text(request, key).filter(|password| !password.is_empty()).map(String::from);
    let (old, new) = (password("OldPassword"), password("NewPassword"));
    let changing = device.clone();
    let change = move || changing.vault.change(old.as_deref(), new.as_deref());
    match tokio::task::spawn_blocking(change).await.map_err(broken)? {
        Ok(()) => {
            device.post(BACKUP_DOMAIN_CHANGED);
            Ok(())
        }
        Err(Refused::WrongPassword) => Err(Ended::failed(BAD_PASSWORD, "the password is wrong")),
        Err(Refused::MustEncrypt) => Err(Ended::failed(GENERIC, "a profile asks for encrypted backups")),
        Err(Refused::Broken(error)) => Err(broken(error)),
    }
}
