//! The apps on a device.

use crate::api::Result;
use crate::api::live::{AppsRequest, DeviceApp};
use crate::media::{self, Found};
use crate::{Engine, media::Body};

pub async fn list(engine: &Engine, asked: AppsRequest) -> Result<Vec<DeviceApp>> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let apps = match asked.sizes {
        true => device::apps_with_sizes(&mux, &who).await?,
        false => device::apps(&mux, &who).await?,
    };
    let described = apps.into_iter().map(|app| DeviceApp {
        icon: media::icon_path(&asked.udid, &app.bundle),
        bundle: app.bundle,
        name: app.name,
        version: app.version,
        shares_documents: app.shares_documents,
        app_bytes: app.app_bytes,
        data_bytes: app.data_bytes,
    });
    Ok(described.collect())
}

/// An app's icon, for its media path.
pub async fn icon(engine: &Engine, udid: &str, bundle: &str) -> Result<Found> {
    let (mux, who) = engine.0.devices.reach(udid)?;
    let png = device::icon(&mux, &who, bundle).await?;
    Ok(Found { mime: "image/png".to_string(), body: Body::Bytes(png), private: true })
}
