//! springboardservices: icons and wallpaper.

use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use plist::{Dictionary, Value};
use std::io;
use std::sync::Arc;

/// Icons in the dock and on a page of the home screen.
const DOCK: usize = 4;
const PAGE: usize = 24;

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        if let Some(reply) = answer(&device, &request) {
            write_xml(&mut stream, &reply).await?;
        }
    }
    Ok(())
}

/// The reply; `setIconState` has none.
fn answer(device: &Device, request: &Dictionary) -> Option<Value> {
    let png = |bytes: Option<Vec<u8>>| match bytes {
        Some(bytes) => dictionary([("pngData", Value::Data(bytes))]).into(),
        None => dictionary([("Error", "Invalid icon".into())]).into(),
    };
    Some(match text(request, "command").unwrap_or_default() {
        "getIconState" => icon_state(device),
        "setIconState" => return None,
        "getIconPNGData" => {
            let id = text(request, "bundleId").unwrap_or_default();
            let contents = device.contents();
            png(contents.apps().iter().find(|app| app.bundle_id == id).map(|app| app.icon_png()))
        }
        "getHomeScreenWallpaperPNGData" | "getHomeScreenWallpaperPreviewImage" => {
            png(Some(device.contents().wallpaper_png()))
        }
        "getWallpaperPreviewImage" => match text(request, "wallpaperName") {
            Some("homescreen" | "lockscreen") => png(Some(device.contents().wallpaper_png())),
            _ => png(None),
        },
        "getInterfaceOrientation" => dictionary([("interfaceOrientation", 1.into())]).into(),
        "getHomeScreenIconMetrics" => dictionary([
            ("homeScreenIconColumns", 4.into()),
            ("homeScreenIconRows", 6.into()),
            ("homeScreenIconWidth", 60.into()),
            ("homeScreenIconHeight", 60.into()),
            ("homeScreenIconDockMaxCount", (DOCK as u64).into()),
        ])
        .into(),
        _ => dictionary([("Error", "Unknown command".into())]).into(),
    })
}

/// The dock, then the pages.
fn icon_state(device: &Device) -> Value {
    let contents = device.contents();
    let icons: Vec<Value> = contents
        .apps()
        .iter()
        .map(|app| {
            let id = Value::from(app.bundle_id.as_str());
            let name = Value::from(app.name.as_str());
            dictionary([
                ("bundleIdentifier", id.clone()),
                ("displayIdentifier", id),
                ("bundleVersion", app.version.as_str().into()),
                ("displayName", name),
            ])
            .into()
        })
        .collect();
    let (dock, rest) = icons.split_at(DOCK.min(icons.len()));
    let pages = std::iter::once(dock).chain(rest.chunks(PAGE));
    Value::Array(pages.map(|page| Value::Array(page.to_vec())).collect())
}
