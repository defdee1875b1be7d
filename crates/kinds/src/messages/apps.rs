//! Bubbles of apps: link previews, polls, games. `payload_data` is a keyed archive whose form depends on the app.

use backup::archive;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use plist::{Dictionary, Value};

use crate::conversation::Part;

/// Larger payloads are not decoded; previews have a few KiB.
const MAX_PAYLOAD: usize = 8 << 20;

/// What can be said of an app's bubble in words.
pub(super) fn app(bundle: &str, payload: Option<&[u8]>) -> Part {
    let tree = payload.filter(|bytes| bytes.len() <= MAX_PAYLOAD).and_then(|bytes| archive::unarchive(bytes).ok());
    let fields = tree.as_ref().and_then(Value::as_dictionary);
    let name = bundle.rsplit(':').next().unwrap_or(bundle);
    match (fields, name) {
        (Some(fields), "com.apple.messages.URLBalloonProvider") => link(fields),
        (Some(fields), "com.apple.messages.Polls") => poll(fields),
        (Some(fields), _) => extension(fields, name),
        (None, _) => Part::App { title: known(name), text: None, link: None, picture: None },
    }
}

pub(super) fn is_link(bundle: &str) -> bool {
    bundle == "com.apple.messages.URLBalloonProvider"
}

fn link(fields: &Dictionary) -> Part {
    let preview = fields.get("richLinkMetadata").and_then(Value::as_dictionary).unwrap_or(fields);
    let special = ["specialization2", "specialization"].iter().find_map(|key| preview.get(key)?.as_dictionary());
    let of_special = |keys: &[&str]| -> Vec<String> {
        let found = keys.iter().filter_map(|key| special.and_then(|special| text(special, key)));
        found.collect()
    };
    let link = text(preview, "URL").or_else(|| text(preview, "originalURL"));
    let title = text(preview, "title").or_else(|| of_special(&["title", "name"]).into_iter().next());
    let about = of_special(&["artist", "album", "subtitle", "address"]).join(" · ");
    let about = text(preview, "summary").or_else(|| Some(about).filter(|about| !about.is_empty()));
    Part::App {
        title: title.or_else(|| link.as_deref().map(host)).unwrap_or_else(|| "Link".to_owned()),
        text: about.or_else(|| text(preview, "siteName")),
        link,
        picture: None,
    }
}

/// The options of a poll are JSON inside a `data:` address.
fn poll(fields: &Dictionary) -> Part {
    let json = text(fields, "URL").and_then(|url| {
        let encoded = url.split_once(',')?.1.split('?').next()?.to_owned();
        let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE].iter().find_map(|form| form.decode(&encoded).ok())?;
        serde_json::from_slice::<serde_json::Value>(&bytes).ok()
    });
    let item = json.as_ref().map(|json| &json["item"]);
    let options = item.and_then(|item| item["orderedPollOptions"].as_array());
    let options: Vec<&str> = options.into_iter().flatten().filter_map(|option| option["text"].as_str()).collect();
    let title = item.and_then(|item| item["title"].as_str()).filter(|title| !title.is_empty());
    Part::App {
        title: title.unwrap_or("Poll").to_owned(),
        text: Some(options.join("\n")).filter(|options| !options.is_empty()),
        link: None,
        picture: None,
    }
}

/// Apps inside Messages: `an` is the app's name, `ldtext` stands in for the bubble, `userInfo` holds its captions.
fn extension(fields: &Dictionary, name: &str) -> Part {
    let captions = fields.get("userInfo").and_then(Value::as_dictionary);
    let keys =
        ["image-title", "image-subtitle", "caption", "subcaption", "secondary-subcaption", "tertiary-subcaption"];
    let mut lines: Vec<String> = Vec::new();
    for line in keys.iter().filter_map(|key| captions.and_then(|captions| text(captions, key))) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let words = Some(lines.join("\n")).filter(|lines| !lines.is_empty());
    Part::App {
        title: text(fields, "an").unwrap_or_else(|| known(name)),
        text: words.or_else(|| text(fields, "ldtext")),
        link: text(fields, "URL").filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        picture: None,
    }
}

fn known(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    match last {
        "URLBalloonProvider" => "Link",
        "DigitalTouchBalloonProvider" => "Digital Touch",
        "HandwritingProvider" => "Handwritten message",
        "PeerPaymentMessagesExtension" => "Apple Pay",
        "Polls" => "Poll",
        "" => "App",
        other => other,
    }
    .to_owned()
}

fn host(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
}

fn text(fields: &Dictionary, key: &str) -> Option<String> {
    let text = fields.get(key)?.as_string()?.trim();
    (!text.is_empty() && text != "$null").then(|| text.to_owned())
}
