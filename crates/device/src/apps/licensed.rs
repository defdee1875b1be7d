//! Apps as `Info.plist` lists them, with what Apple needs to install them again (`protocol.md` 2.7.9).

use super::{browse, icon_png, text};
use crate::stream::{Plists, Socket};
use crate::{IconCache, Result};
use plist::{Dictionary, Value};
use std::time::Duration;
use tokio::time::Instant;

/// Icons are for looks only: what is not there after this is left out (`protocol.md` 3, row 9).
const ICONS_PATIENCE: Duration = Duration::from_secs(60);
/// Longest licence or store data of one app, and of all together.
const LICENCE: usize = 4 << 20;
const LICENCES: usize = 64 << 20;

/// An app the person installed.
pub(crate) struct App {
    pub(crate) bundle: String,
    pub(crate) version: String,
    /// Apple's licence for this person and app. Not to be logged.
    sinf: Option<Vec<u8>>,
    metadata: Option<Vec<u8>>,
    pub(crate) icon: Option<Vec<u8>>,
}

impl App {
    fn read(mut fields: Dictionary) -> Option<App> {
        let mut data = |key: &str| fields.remove(key).and_then(Value::into_data).filter(|data| data.len() <= LICENCE);
        let (sinf, metadata) = (data("ApplicationSINF"), data("iTunesMetadata"));
        let version = text(&mut fields, "CFBundleVersion").unwrap_or_default();
        Some(App { bundle: text(&mut fields, "CFBundleIdentifier")?, version, sinf, metadata, icon: None })
    }

    fn size(&self) -> usize {
        [&self.sinf, &self.metadata].into_iter().flatten().map(Vec::len).sum()
    }

    /// Whether an icon is worth asking for: without a licence there is no entry to put it into.
    pub(crate) fn lacks_icon(&self) -> bool {
        self.icon.is_none() && self.sinf.is_some() && self.metadata.is_some()
    }

    /// Its entry in Info.plist's `Applications`; `None` for an app without a licence.
    pub(crate) fn entry(&self) -> Option<Dictionary> {
        let mut entry = Dictionary::new();
        entry.insert("ApplicationSINF".into(), Value::Data(self.sinf.clone()?));
        entry.insert("iTunesMetadata".into(), Value::Data(self.metadata.clone()?));
        entry.insert("PlaceholderIcon".into(), Value::Data(self.icon.clone().unwrap_or_default()));
        Some(entry)
    }
}

/// The apps the person installed, by bundle identifier.
pub(crate) async fn installed(socket: Socket) -> Result<Vec<App>> {
    let attributes = ["CFBundleIdentifier", "CFBundleVersion", "ApplicationSINF", "iTunesMetadata"];
    let mut apps: Vec<App> = Vec::new();
    let mut room = LICENCES;
    browse(socket, &attributes, |fields| {
        let Some(app) = App::read(fields) else { return };
        match room.checked_sub(app.size()) {
            Some(left) => {
                room = left;
                apps.push(app);
            }
            None => tracing::warn!("an app is left out: the licences of all are too large"),
        }
    })
    .await?;
    apps.sort_by(|a, b| a.bundle.cmp(&b.bundle));
    Ok(apps)
}

/// Fills in icons from the cache.
pub(crate) fn icons_from(cache: &mut dyn IconCache, apps: &mut [App]) {
    for app in apps.iter_mut().filter(|app| app.lacks_icon()) {
        app.icon = cache.get(&app.bundle, &app.version);
    }
}

/// Asks the phone for missing icons, for a limited time, and keeps them in the cache.
pub(crate) async fn icons_over(socket: Socket, mut cache: Option<&mut (dyn IconCache + '_)>, apps: &mut [App]) {
    let mut springboard = Plists { socket };
    let end = Instant::now() + ICONS_PATIENCE;
    for app in apps.iter_mut().filter(|app| app.lacks_icon()) {
        if Instant::now() >= end {
            tracing::info!("the device takes long to send app icons; the rest is left out");
            return;
        }
        match icon_png(&mut springboard, &app.bundle).await {
            Ok(Some(icon)) => {
                if let Some(cache) = &mut cache {
                    cache.put(&app.bundle, &app.version, &icon);
                }
                app.icon = Some(icon);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::info!(%error, "app icons are left out");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::dictionary;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Cache(BTreeMap<(String, String), Vec<u8>>);

    impl IconCache for Cache {
        fn get(&mut self, bundle: &str, version: &str) -> Option<Vec<u8>> {
            self.0.get(&(bundle.into(), version.into())).cloned()
        }

        fn put(&mut self, bundle: &str, version: &str, png: &[u8]) {
            self.0.insert((bundle.into(), version.into()), png.to_vec());
        }
    }

    fn listed(bundle: &str, licensed: bool) -> Value {
        let mut fields = dictionary([("CFBundleIdentifier", bundle.into()), ("CFBundleVersion", "7".into())]);
        if licensed {
            fields.insert("ApplicationSINF".into(), Value::Data(vec![1]));
            fields.insert("iTunesMetadata".into(), Value::Data(vec![2]));
        }
        Value::Dictionary(fields)
    }

    #[tokio::test]
    async fn apps_are_listed_and_licensed_ones_get_icons_once() {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut phone = Plists { socket: far };
        let listing = tokio::spawn(async move { installed(Box::new(near)).await });
        let asked = phone.receive("testing").await.unwrap().into_dictionary().unwrap();
        assert_eq!(asked.get("Command").unwrap().as_string(), Some("Browse"));
        let list = Value::Array(vec![listed("b.free", false), listed("a.paid", true), Value::from("rubbish")]);
        let page = dictionary([("Status", "BrowsingApplications".into()), ("CurrentList", list)]);
        phone.send(&Value::Dictionary(page), "testing").await.unwrap();
        phone.send(&Value::Dictionary(dictionary([("Status", "Complete".into())])), "testing").await.unwrap();
        let mut apps = listing.await.unwrap().unwrap();
        assert_eq!(apps.iter().map(|app| app.bundle.as_str()).collect::<Vec<_>>(), ["a.paid", "b.free"]);

        let (near, far) = tokio::io::duplex(1 << 16);
        let mut phone = Plists { socket: far };
        let springboard = tokio::spawn(async move {
            let asked = phone.receive("testing").await.unwrap().into_dictionary().unwrap();
            assert_eq!(asked.get("bundleId").unwrap().as_string(), Some("a.paid"));
            let icon = dictionary([("pngData", Value::Data(vec![9]))]);
            phone.send(&Value::Dictionary(icon), "testing").await.unwrap();
        });
        let mut cache = Cache::default();
        icons_over(Box::new(near), Some(&mut cache), &mut apps).await;
        springboard.await.unwrap();
        assert_eq!(apps[0].entry().unwrap().get("PlaceholderIcon").unwrap().as_data(), Some(&[9][..]));
        assert!(apps[1].entry().is_none());
        apps[0].icon = None;
        icons_from(&mut cache, &mut apps);
        assert!(apps.iter().all(|app| !app.lacks_icon()));
    }
}
