//! installation_proxy: which apps there are.

use crate::contents::App;
use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use plist::{Dictionary, Value};
use std::io;
use std::sync::Arc;

/// Apps in one `BrowsingApplications` message.
const PAGE: usize = 10;

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        for reply in answer(&device, &request) {
            write_xml(&mut stream, &reply.into()).await?;
        }
    }
    Ok(())
}

fn answer(device: &Device, request: &Dictionary) -> Vec<Dictionary> {
    let empty = Dictionary::new();
    let options = request.get("ClientOptions").and_then(Value::as_dictionary).unwrap_or(&empty);
    match text(request, "Command").unwrap_or_default() {
        "Browse" => browse(device, options),
        "Lookup" => vec![lookup(device, options)],
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

fn browse(device: &Device, options: &Dictionary) -> Vec<Dictionary> {
    let apps = chosen(device, options);
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

fn lookup(device: &Device, options: &Dictionary) -> Dictionary {
    let mut options = options.clone();
    // The key of each result must be known even when its attribute was not asked for.
    let asked = options.remove("ReturnAttributes");
    let found = chosen(device, &options).into_iter().filter_map(|app| {
        let id = text(&app, "CFBundleIdentifier")?.to_string();
        Some((id, Value::Dictionary(with_attributes(app, asked.as_ref()))))
    });
    dictionary([("LookupResult", Value::Dictionary(found.collect())), ("Status", "Complete".into())])
}

/// The apps the options ask for, each with the attributes they ask for.
fn chosen(device: &Device, options: &Dictionary) -> Vec<Dictionary> {
    if text(options, "ApplicationType").is_some_and(|kind| !matches!(kind, "User" | "Any")) {
        return Vec::new();
    }
    let ids = options.get("BundleIDs").and_then(Value::as_array);
    let wanted = |app: &&App| ids.is_none_or(|ids| ids.iter().any(|id| id.as_string() == Some(&app.bundle_id)));
    let contents = device.contents();
    let apps = contents.apps().iter().filter(wanted).map(attributes);
    apps.map(|app| with_attributes(app, options.get("ReturnAttributes"))).collect()
}

fn with_attributes(mut app: Dictionary, asked: Option<&Value>) -> Dictionary {
    if let Some(asked) = asked.and_then(Value::as_array) {
        app.retain(|key, _| asked.iter().any(|name| name.as_string() == Some(key)));
    }
    app
}

fn attributes(app: &App) -> Dictionary {
    let folder = format!("/private/var/containers/Bundle/Application/{}.app", app.bundle_id);
    dictionary([
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
        ("UIFileSharingEnabled", true.into()),
        ("iTunesMetadata", Value::Data(metadata(app))),
    ])
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
