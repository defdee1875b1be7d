//! Pictures and files of a version by path, for the `media:` scheme, the stream server and the tests' web host.
//!
//! A path is `<version>/<kind>/<size>/<the kind's own path>` with size `thumb<px>`, `screen` or `original`, or
//! `<version>/file/<domain>/<path>`, or `device/<udid>/icon/<bundle>` for an app on an attached device; each part is
//! percent-encoded.

use crate::api::{ApiError, Code, Result, blocking};
use crate::{Engine, browse};
use kinds::pictures::Want;
use kinds::{Media, MediaSize};
use std::sync::Arc;

/// Longest side a thumbnail may have.
const THUMB_AT_MOST: u32 = 1024;

/// What is behind a media path.
pub struct Found {
    pub mime: String,
    pub body: Body,
    /// It shows something of an encrypted version or of a device: whoever passes it on must not keep a copy on a disk.
    pub private: bool,
}

impl Found {
    /// What to say to a web view about keeping a copy: what is behind a path never changes, as a version is immutable.
    pub fn cache_control(&self) -> &'static str {
        if self.private { "no-store" } else { "private, max-age=86400" }
    }
}

pub enum Body {
    Bytes(Vec<u8>),
    /// A file of the version: how long it is, and its bytes.
    File {
        length: u64,
        content: Box<dyn backup::ReadSeek>,
    },
}

/// The media path of a file.
pub fn file_path(version: &str, domain: &str, path: &str) -> String {
    format!("{}/file/{}/{}", encode(version), encode(domain), encode(path))
}

/// The media path of the icon of an app on a device.
pub fn icon_path(udid: &str, bundle: &str) -> String {
    format!("device/{}/icon/{}", encode(udid), encode(bundle))
}

fn icon_named(path: &str) -> Option<(String, String)> {
    let (udid, bundle) = path.trim_start_matches('/').strip_prefix("device/")?.split_once("/icon/")?;
    Some((decode(udid), decode(bundle)))
}

/// Finds what is behind a path; the error says why there is nothing to show.
pub async fn find(engine: &Engine, path: &str) -> Result<Found> {
    if let Some((udid, bundle)) = icon_named(path) {
        return crate::live::apps::icon(engine, &udid, &bundle).await;
    }
    let (engine, path) = (engine.clone(), path.to_string());
    blocking(move || find_now(&engine, &path)).await
}

fn find_now(engine: &Engine, path: &str) -> Result<Found> {
    let parts: Vec<String> = path.trim_start_matches('/').split('/').map(decode).collect();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [version, "file", domain, rest @ ..] if !rest.is_empty() => {
            let opened = browse::opened(engine, version, None)?;
            let entry = browse::files::file(&opened, domain, &rest.join("/"))?;
            file(engine, &opened, &entry, &rest.join("/"))
        }
        [version, kind, size, rest @ ..] if !rest.is_empty() => {
            let want = size_named(size).ok_or_else(bad)?;
            let opened = browse::opened(engine, version, None)?;
            of_kind(engine, &opened, kind, want, &rest.join("/"))
        }
        _ => Err(bad()),
    }
}

fn bad() -> ApiError {
    ApiError::new(Code::BadRequest, "There is no such picture or file.")
}

fn size_named(size: &str) -> Option<MediaSize> {
    match size {
        "screen" => Some(MediaSize::Screen),
        "original" => Some(MediaSize::Original),
        _ => {
            let pixels = size.strip_prefix("thumb")?.parse().ok()?;
            (16..=THUMB_AT_MOST).contains(&pixels).then_some(MediaSize::Thumb(pixels))
        }
    }
}

fn of_kind(engine: &Engine, opened: &Arc<browse::Opened>, kind: &str, want: MediaSize, path: &str) -> Result<Found> {
    let key = (want != MediaSize::Original).then(|| format!("{}/{kind}/{want:?}/{path}", opened.summary.id));
    if let Some(kept) = key.as_ref().and_then(|key| kept(engine, opened, key)) {
        return Ok(kept);
    }
    let missing = || ApiError::new(Code::ItemNotFound, "This picture is not in this version.");
    match opened.media(kind, path, want)?.ok_or_else(missing)? {
        Media::Bytes { mime, bytes } => Ok(keep(engine, opened, key, mime, bytes)),
        Media::File { mime, name, entry } => stream(opened, &entry, mime, &name),
    }
}

/// A preview made earlier.
fn kept(engine: &Engine, opened: &browse::Opened, key: &str) -> Option<Found> {
    let (mime, bytes) = engine.0.previews.get(key, opened.keep())?;
    Some(Found { mime, body: Body::Bytes(bytes), private: opened.summary.encrypted })
}

/// Keeps a preview under its key.
fn keep(engine: &Engine, opened: &browse::Opened, key: Option<String>, mime: &str, bytes: Vec<u8>) -> Found {
    if let Some(key) = key {
        engine.0.previews.put(&key, opened.keep(), mime, &bytes);
        // Drawn while it was being locked: it must not stay.
        if opened.summary.encrypted && !engine.0.locks.opens(&opened.summary.id, None) {
            engine.0.previews.forget_private();
        }
    }
    Found { mime: mime.to_string(), body: Body::Bytes(bytes), private: opened.summary.encrypted }
}

fn stream(opened: &browse::Opened, entry: &backup::Entry, mime: String, name: &str) -> Result<Found> {
    let mut content = opened.watched(opened.backup.read(entry).map_err(ApiError::from))?;
    let length = content.seek(std::io::SeekFrom::End(0)).and_then(|length| content.rewind().map(|()| length));
    let length = opened.watched(length.map_err(|error| ApiError::io(std::path::Path::new(name), &error)))?;
    Ok(Found { mime, body: Body::File { length, content }, private: opened.summary.encrypted })
}

/// A file of the browser: pictures are made drawable, everything else is streamed as it is.
fn file(engine: &Engine, opened: &Arc<browse::Opened>, entry: &backup::Entry, path: &str) -> Result<Found> {
    let mime = mime_of(path);
    if !mime.starts_with("image/") {
        return stream(opened, entry, mime.to_string(), path);
    }
    let key = opened.content_key(entry).map(|hash| format!("{hash}/screen"));
    if let Some(kept) = key.as_ref().and_then(|key| kept(engine, opened, key)) {
        return Ok(kept);
    }
    let picture = kinds::pictures::render(&mut opened.backup.read(entry)?, Want::Screen)
        .map_err(|why| ApiError::new(Code::PictureUnreadable, format!("This picture cannot be shown: {why}.")))?;
    Ok(keep(engine, opened, key, picture.mime, picture.bytes))
}

fn mime_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "heic" | "heif" => "image/heic",
        "mov" => "video/quicktime",
        "mp4" | "m4v" => "video/mp4",
        "m4a" | "aac" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        _ => "application/octet-stream",
    }
}

fn encode(part: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte);
    part.bytes().map(|byte| if keep(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn decode(part: &str) -> String {
    let bytes = part.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| part.get(at + 1..at + 3))
            .flatten()
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_survive_the_path() {
        let odd = "a/b %c@ü.mov";
        assert_eq!(decode(&encode(odd)), odd);
        assert_eq!(decode("100%"), "100%");
        assert_eq!(icon_named(&icon_path("U", "a/b.c")), Some(("U".into(), "a/b.c".into())));
        assert_eq!(icon_named("U@1/file/icon/x"), None);
        assert_eq!(file_path("U@1", "HomeDomain", "a/b"), "U@1/file/HomeDomain/a%2Fb");
    }

    #[test]
    fn sizes_have_limits() {
        assert_eq!(size_named("thumb256"), Some(MediaSize::Thumb(256)));
        assert_eq!(size_named("thumb99999"), None);
        assert_eq!(size_named("screen"), Some(MediaSize::Screen));
        assert_eq!(size_named("huge"), None);
    }
}
