//! The phone as it is now, without a backup: photos, documents, apps, battery, storage, its name.

mod apps;
mod files;
mod health;
mod settings;

use crate::heartbeat::Heartbeat;
use crate::lockdown::Lockdown;
use crate::{Attached, Result, Usbmux};
pub use apps::{App, apps, apps_with_sizes, icon};
pub use files::{DeviceFiles, Documents, FileInfo, Found, Media};
pub use health::{BatteryHealth, StorageUse, battery, storage};
pub use settings::{rename, restart};

/// A trusted session, kept up for as long as this lives.
struct Live {
    lockdown: Lockdown,
    heartbeat: Option<Heartbeat>,
}

async fn session(mux: &Usbmux, who: &Attached) -> Result<Live> {
    let mut lockdown = Lockdown::trusted(mux, who).await?;
    let heartbeat = Heartbeat::over_network(&mut lockdown).await?;
    Ok(Live { lockdown, heartbeat })
}
