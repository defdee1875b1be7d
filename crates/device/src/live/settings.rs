use super::health::diagnose;
use super::session;
use crate::stream::{Plists, dictionary};
use crate::{Attached, Error, Result, Usbmux};
use wire::lockdown::service;

/// Longest name, in bytes.
const NAME: usize = 255;

/// Gives the phone another name; [`Error::BadName`] for one that is empty, too long or more than a line.
pub async fn rename(mux: &Usbmux, who: &Attached, name: &str) -> Result<()> {
    let name = name.trim();
    if name.is_empty() || name.len() > NAME || name.chars().any(char::is_control) {
        return Err(Error::BadName);
    }
    let mut live = session(mux, who).await?;
    live.lockdown.set_value(None, "DeviceName", name.into()).await?;
    live.lockdown.close().await;
    Ok(())
}

/// Restarts the phone; it is gone for a minute and locked after.
pub async fn restart(mux: &Usbmux, who: &Attached) -> Result<()> {
    let mut live = session(mux, who).await?;
    let mut relay = Plists { socket: live.lockdown.start_service(service::DIAGNOSTICS, false).await? };
    let request = dictionary([
        ("Request", "Restart".into()),
        ("WaitForDisconnect", false.into()),
        ("DisplayPass", false.into()),
        ("DisplayFail", false.into()),
    ]);
    match diagnose(&mut relay, "a restart", request).await {
        // It may be gone before it has answered.
        Ok(_) | Err(Error::Disconnected) => Ok(()),
        Err(error) => Err(error),
    }
}
