//! installation_proxy: which apps there are.

use crate::contents::App;
use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use plist::{Dictionary, Value};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Apps in one `BrowsingApplications` message.
const PAGE: usize = 10;
const DATA: &str = "DynamicDiskUsage";

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        let data = if asks_for(&request, DATA) { data_bytes(device.clone()).await? } else { HashMap::new() };
        for reply in answer(&device, &request, &data) {
            write_xml(&mut stream, &reply.into()).await?;
        }
    }
    Ok(())
}

/// Whether an attribute is among those a request names; sizes are told only then.
fn asks_for(request: &Dictionary, attribute: &str) -> bool {
    let options = request.get("ClientOptions").and_then(Value::as_dictionary);
    let asked = options.and_then(|options| options.get("ReturnAttributes")).and_then(Value::as_array);
    asked.is_some_and(|asked| asked.iter().any(|name| name.as_string() == Some(attribute)))
}

/// Bytes each app keeps. Looks at every file, so it takes a while, as it does on a phone.
async fn data_bytes(device: Arc<Device>) -> io::Result<HashMap<String, u64>> {
    let counting = move || {
        let mut bytes = HashMap::new();
        for file in device.contents().files().map_err(io::Error::other)? {
            if let Some(app) = file.domain.strip_prefix("AppDomain-") {
                *bytes.entry(app.to_string()).or_default() += file.size;
            }
        }
        Ok(bytes)
    };
    tokio::task::spawn_blocking(counting).await.map_err(io::Error::other)?
}

/// Bytes of all apps, without what they keep.
pub(crate) fn app_bytes(device: &Device) -> u64 {
    device.contents().apps().iter().map(App::size).sum()
}

fn answer(device: &Device, request: &Dictionary, data: &HashMap<String, u64>) -> Vec<Dictionary> {
    let empty = Dictionary::new();
    let options = request.get("ClientOptions").and_then(Value::as_dictionary).unwrap_or(&empty);
    match text(request, "Command").unwrap_or_default() {
        "Browse" => browse(chosen(device, options, data)),
        "Lookup" => vec![lookup(device, options, data)],
        // Nothing can be installed or removed: the apps follow from the seed.
        "Install" | "Upgrade" | "Uninstall" | "Archive" | "Restore" | "RemoveArchive" => vec![dictionary([
            ("Error", "APIInternalError".into()),
            ("ErrorDescription", "This phone's apps cannot be changed".into()),
        ])],
        "CheckCapabilitiesMatch" => {
            vec![dictionary([("LookupResult", true.into()), ("Status", "Complete".into())])]
        }
        _ => vec![dictionary([("Error", "UnknownCommand".into())])],
    }
}

fn browse(apps: Vec<Dictionary>) -> Vec<Dictionary> {
    let mut replies = Vec::new();
    for (page, apps) in apps.chunks(PAGE).enumerate() {
        replies.push(dictionary([
            ("Status", "BrowsingApplications".into()),
            ("CurrentIndex", ((page * PAGE) as u64).into()),
            ("CurrentAmount", (apps.len() as u64).into()),
            ("CurrentList", Value::Array(apps.iter().cloned().map(Value::Dictionary).collect())),
        ]));
    }
    replies.push(dictionary([("Status", "Complete".into())]));
    replies
}

fn lookup(device: &Device, options: &Dictionary, data: &HashMap<String, u64>) -> Dictionary {
    let mut options = options.clone();
    // The key of each result must be known even when its attribute was not asked for.
    let asked = options.remove("ReturnAttributes");
    let found = chosen(device, &options, data).into_iter().filter_map(|app| {
        let id = text(&app, "CFBundleIdentifier")?.to_string();
        Some((id, Value::Dictionary(with_attributes(app, asked.as_ref()))))
    });
    dictionary([("LookupResult", Value::Dictionary(found.collect())), ("Status", "Complete".into())])
}

/// The apps the options ask for, each with the attributes they ask for.
fn chosen(device: &Device, options: &Dictionary, data: &HashMap<String, u64>) -> Vec<Dictionary> {
    if text(options, "ApplicationType").is_some_and(|kind| !matches!(kind, "User" | "Any")) {
        return Vec::new();
    }
    let ids = options.get("BundleIDs").and_then(Value::as_array);
    let wanted = |app: &&App| ids.is_none_or(|ids| ids.iter().any(|id| id.as_string() == Some(&app.bundle_id)));
    let contents = device.contents();
    let apps = contents.apps().iter().filter(wanted).map(|app| attributes(app, data));
    apps.map(|app| with_attributes(app, options.get("ReturnAttributes"))).collect()
}

fn with_attributes(mut app: Dictionary, asked: Option<&Value>) -> Dictionary {
    if let Some(asked) = asked.and_then(Value::as_array) {
        app.retain(|key, _| asked.iter().any(|name| name.as_string() == Some(key)));
    }
    app
}

fn attributes(app: &App, data: &HashMap<String, u64>) -> Dictionary {
    let folder = format!("/private/var/containers/Bundle/Application/{}.app", app.bundle_id);
    let mut attributes = dictionary([
        ("ApplicationType", "User".into()),
        ("CFBundleDisplayName", app.name.as_str().into()),
        ("CFBundleExecutable", app.name.as_str().into()),
        ("CFBundleIdentifier", app.bundle_id.as_str().into()),
        ("CFBundleName", app.name.as_str().into()),
        ("CFBundleShortVersionString", app.version.as_str().into()),
        ("CFBundleVersion", app.build.as_str().into()),
        ("Container", format!("/private/var/mobile/Containers/Data/Application/{}", app.bundle_id).into()),
        ("MinimumOSVersion", "15.0".into()),
        ("Path", folder.into()),
        ("StaticDiskUsage", app.size().into()),
        ("iTunesMetadata", Value::Data(metadata(app))),
        ("ApplicationSINF", Value::Data(format!("licence of {}", app.bundle_id).into_bytes())),
    ]);
    if app.shares_documents() {
        attributes.insert("UIFileSharingEnabled".into(), true.into());
    }
    if let Some(bytes) = data.get(&app.bundle_id) {
        attributes.insert(DATA.into(), (*bytes).into());
    }
    attributes
}

/// What the App Store knows of the app, a plist inside the plist.
fn metadata(app: &App) -> Vec<u8> {
    let value: Value = dictionary([
        ("artistName", app.company.as_str().into()),
        ("bundleShortVersionString", app.version.as_str().into()),
        ("bundleVersion", app.build.as_str().into()),
        ("itemName", app.name.as_str().into()),
        ("softwareVersionBundleId", app.bundle_id.as_str().into()),
    ])
    .into();
    let mut bytes = Vec::new();
    // Writing plain strings into memory does not fail; an empty blob would say so.
    let _ = value.to_writer_xml(&mut bytes);
    bytes
}
