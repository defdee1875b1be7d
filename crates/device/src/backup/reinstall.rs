//! The list of apps a device installs again after a restore (`protocol.md` 2.7.10).

use super::deadlines::GOODBYE;
use super::stop::Stop;
use crate::afc::Afc;
use crate::lockdown::Lockdown;
use crate::stream::within;
use crate::{Attached, Error, Result, Usbmux};
use std::time::Duration;
use wire::lockdown::service;

const FOLDER: &str = "/iTunesRestore";
const PATH: &str = "/iTunesRestore/RestoreApplications.plist";
const PATIENCE: Duration = Duration::from_secs(30);
const DOING: &str = "telling the device its apps";

/// The list, written on the device.
pub(super) struct Reinstall {
    afc: Afc,
}

impl Reinstall {
    /// Writes the list over a connection of its own: an older one may be dead by now (`protocol.md` 3, row 14). A
    /// restore goes on without it; `None` says so.
    pub(super) async fn write(lockdown: &mut Lockdown, apps: &[u8]) -> Option<Reinstall> {
        let writing = async {
            let afc = Afc::new(lockdown.start_service(service::AFC, false).await?);
            write(&afc, apps).await?;
            Ok(Reinstall { afc })
        };
        match within(PATIENCE, DOING, writing).await {
            Ok(written) => Some(written),
            Err(error) => {
                tracing::warn!(%error, "the device does not take the list of its apps");
                None
            }
        }
    }

    /// Removes the list again, so that a failed restore installs nothing; tries once more over a new connection,
    /// unless nobody wants to wait for it.
    pub(super) async fn remove(self, mux: &Usbmux, who: &Attached, stop: &Stop) {
        if within(GOODBYE, DOING, self.afc.remove(PATH)).await.is_ok() || stop.is_wanted() {
            return;
        }
        let anew = async {
            let mut lockdown = Lockdown::trusted(mux, who).await?;
            Afc::new(lockdown.start_service(service::AFC, false).await?).remove(PATH).await
        };
        if let Err(error) = within(3 * GOODBYE, DOING, anew).await {
            tracing::warn!(%error, "the list of apps stays on the device");
        }
    }
}

async fn write(afc: &Afc, apps: &[u8]) -> Result<()> {
    match afc.make_folder(FOLDER).await {
        // Phones differ in what they say of a folder that is there; the file shows.
        Ok(()) | Err(Error::Afc { .. }) => {}
        Err(error) => return Err(error),
    }
    afc.push(PATH, &mut &apps[..], &mut |_| {}).await.map(drop)
}
