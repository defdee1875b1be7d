//! Bubbles of apps: link previews, polls, games, drawings. `payload_data` is a keyed archive whose form depends on the app.

use backup::archive;
use plist::{Dictionary, Value};

use super::polls;
use crate::conversation::Part;

/// Larger payloads are not decoded; previews have a few KiB.
const MAX_PAYLOAD: usize = 8 << 20;

/// What can be said of an app's bubble in words.
pub(super) fn app(bundle: &str, payload: Option<&[u8]>) -> Part {
    let name = bundle.rsplit(':').next().unwrap_or(bundle);
    if is_drawing(bundle) {
        return Part::Drawing { title: known(name), media: None };
    }
    let tree = unarchived(payload);
    match (tree.as_ref().and_then(Value::as_dictionary), name) {
        (Some(fields), "com.apple.messages.URLBalloonProvider") => link(fields),
        (Some(fields), "com.apple.messages.Polls") => polls::poll(fields),
        (Some(fields), _) => extension(fields, name),
        (None, _) => Part::App { title: known(name), text: None, link: None, picture: None },
    }
}

/// Which of the files that came with a link preview is its picture.
pub(super) fn picture(payload: Option<&[u8]>) -> Option<usize> {
    let tree = unarchived(payload)?;
    let fields = tree.as_dictionary()?;
    let preview = fields.get("richLinkMetadata").and_then(Value::as_dictionary).unwrap_or(fields);
    let special = ["specialization2", "specialization"].iter().find_map(|key| preview.get(key)?.as_dictionary());
    let of = |fields: &Dictionary, key: &str| {
        let index = fields.get(key)?.as_dictionary()?.get("richLinkImageAttachmentSubstituteIndex")?;
        usize::try_from(index.as_signed_integer()?).ok()
    };
    let special = special.and_then(|special| ["artwork", "image", "icon"].iter().find_map(|key| of(special, key)));
    of(preview, "image").or(special).or_else(|| of(preview, "icon"))
}

pub(super) fn unarchived(payload: Option<&[u8]>) -> Option<Value> {
    archive::unarchive(payload.filter(|bytes| bytes.len() <= MAX_PAYLOAD)?).ok()
}

/// Digital Touch and handwriting.
pub(super) fn is_drawing(bundle: &str) -> bool {
    bundle.ends_with("DigitalTouchBalloonProvider") || bundle.ends_with("HandwritingProvider")
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
    let lyrics = special.and_then(|special| text(special.get("lyricExcerpt")?.as_dictionary()?, "lyrics"));
    let about = of_special(&["artist", "album", "subtitle", "address"]).join(" · ");
    let about = [Some(about).filter(|about| !about.is_empty()), lyrics].into_iter().flatten().collect::<Vec<_>>();
    let about = about.join("\n");
    let about = text(preview, "summary").or_else(|| Some(about).filter(|about| !about.is_empty()));
    Part::App {
        title: title.or_else(|| link.as_deref().map(host)).unwrap_or_else(|| "Link".to_owned()),
        text: about.or_else(|| text(preview, "siteName")),
        link,
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
        "SafetyMonitorApp" => "Check In",
        "FindMyMessagesApp" => "Find My",
        "ActivityMessagesApp" => "Activity",
        "gamepigeon" => "GamePigeon",
        "" => "App",
        other => other,
    }
    .to_owned()
}

fn host(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
}

pub(super) fn text(fields: &Dictionary, key: &str) -> Option<String> {
    let text = fields.get(key)?.as_string()?.trim();
    (!text.is_empty() && text != "$null").then(|| text.to_owned())
}
