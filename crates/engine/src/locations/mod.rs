//! What stands behind the locations: volumes that come and go, servers that fall silent, moving from one to another.

mod away;
mod moving;
mod patience;
mod seen;
mod volume;
mod words;

pub use away::why;
pub use moving::{follow, remove_old, start as start_moving};
pub use patience::{Patience, unless_silent, within};
pub use seen::Seen;
pub use volume::{note_mount, try_out, volume};

use crate::Engine;
use crate::api::devices::Nothing;
use crate::api::locations::KeepInRequest;
use crate::api::{ApiError, Code, Result, Topic};
use crate::library::known_locations;

/// Chooses where a device's next versions go.
pub async fn keep_in(engine: &Engine, asked: KeepInRequest) -> Result<Nothing> {
    if asked.udid.is_empty() || asked.udid.len() > 64 {
        return Err(ApiError::new(Code::BadRequest, "This is not the name of a device."));
    }
    let is_known = |path: &String| known_locations(engine).iter().any(|known| known.to_string_lossy() == *path);
    if let Some(unknown) = asked.location.as_ref().filter(|path| !is_known(path)) {
        let message = "This location is not among yours. Add it first.";
        return Err(ApiError::new(Code::BadRequest, message).detail(unknown));
    }
    engine.0.settings.change(|settings| {
        match asked.location.filter(|path| *path != settings.location) {
            Some(path) => settings.device_locations.insert(asked.udid, path),
            None => settings.device_locations.remove(&asked.udid),
        };
    })?;
    for topic in [Topic::Settings, Topic::Devices, Topic::Locations] {
        engine.changed(topic);
    }
    Ok(Nothing {})
}
