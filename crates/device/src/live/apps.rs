use super::session;
use crate::apps::{browse, icon_png, refused, text};
use crate::stream::Plists;
use crate::{Attached, Result, Usbmux};
use plist::{Dictionary, Value};
use wire::lockdown::service;

const PLAIN: [&str; 5] =
    ["CFBundleIdentifier", "CFBundleDisplayName", "CFBundleName", "CFBundleShortVersionString", "UIFileSharingEnabled"];
const SIZES: [&str; 2] = ["StaticDiskUsage", "DynamicDiskUsage"];

/// An app the person installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct App {
    pub bundle: String,
    pub name: String,
    pub version: String,
    /// Whether [`crate::Documents`] opens it.
    pub shares_documents: bool,
    /// Bytes of the app itself; `None` unless asked for.
    pub app_bytes: Option<u64>,
    /// Bytes of its documents and data; `None` unless asked for.
    pub data_bytes: Option<u64>,
}

/// The apps the person installed, by name; without sizes, which the phone needs seconds to add up.
pub async fn apps(mux: &Usbmux, who: &Attached) -> Result<Vec<App>> {
    list(mux, who, &PLAIN).await
}

/// The apps with their sizes: takes seconds to minutes (`protocol.md` 2.6).
pub async fn apps_with_sizes(mux: &Usbmux, who: &Attached) -> Result<Vec<App>> {
    list(mux, who, &[&PLAIN[..], &SIZES].concat()).await
}

/// An app's icon, as PNG.
pub async fn icon(mux: &Usbmux, who: &Attached, bundle: &str) -> Result<Vec<u8>> {
    let mut live = session(mux, who).await?;
    let socket = live.lockdown.start_service(service::SPRINGBOARD, false).await?;
    let icon = icon_png(&mut Plists { socket }, bundle).await?;
    live.lockdown.close().await;
    icon.ok_or_else(|| refused("an app's icon", "no icon"))
}

async fn list(mux: &Usbmux, who: &Attached, attributes: &[&str]) -> Result<Vec<App>> {
    let mut live = session(mux, who).await?;
    let socket = live.lockdown.start_service(service::INSTALLATION_PROXY, false).await?;
    let mut apps: Vec<App> = Vec::new();
    browse(socket, attributes, |fields| apps.extend(App::read(fields))).await?;
    live.lockdown.close().await;
    apps.sort_by_cached_key(|app| (app.name.to_lowercase(), app.bundle.clone()));
    Ok(apps)
}

impl App {
    /// `None` without an identifier.
    fn read(mut fields: Dictionary) -> Option<App> {
        let bundle = text(&mut fields, "CFBundleIdentifier")?;
        let name = text(&mut fields, "CFBundleDisplayName").or_else(|| text(&mut fields, "CFBundleName"));
        let bytes = |key: &str| fields.get(key).and_then(Value::as_unsigned_integer);
        Some(App {
            name: name.unwrap_or_else(|| bundle.clone()),
            app_bytes: bytes("StaticDiskUsage"),
            data_bytes: bytes("DynamicDiskUsage"),
            shares_documents: fields.get("UIFileSharingEnabled").is_some_and(yes),
            version: text(&mut fields, "CFBundleShortVersionString").unwrap_or_default(),
            bundle,
        })
    }
}

/// Apps' own property lists write a boolean in several ways.
fn yes(value: &Value) -> bool {
    match value {
        Value::Boolean(yes) => *yes,
        Value::Integer(number) => number.as_unsigned() == Some(1),
        Value::String(text) => text.eq_ignore_ascii_case("yes") || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::dictionary;

    #[test]
    fn an_app_is_read_with_and_without_its_sizes() {
        let mut fields = dictionary([
            ("CFBundleIdentifier", "a.b".into()),
            ("CFBundleName", "B".into()),
            ("CFBundleShortVersionString", "1.2".into()),
            ("UIFileSharingEnabled", "YES".into()),
        ]);
        let plain = App::read(fields.clone()).unwrap();
        let expected = App {
            bundle: "a.b".into(),
            name: "B".into(),
            version: "1.2".into(),
            shares_documents: true,
            ..App::default()
        };
        assert_eq!(plain, expected);
        fields.insert("StaticDiskUsage".into(), 5.into());
        fields.insert("DynamicDiskUsage".into(), 0.into());
        let sized = App::read(fields).unwrap();
        assert_eq!((sized.app_bytes, sized.data_bytes), (Some(5), Some(0)));
        assert_eq!(App::read(dictionary([("CFBundleName", "B".into())])), None);
        assert_eq!(App::read(dictionary([("CFBundleIdentifier", "x".repeat(2000).into())])), None);
    }
}
