//! A restore: the phone looks at what the host has, fetches every file and compares it with what it should be (`protocol.md` 2.7.10).
//!
//! [`opened`] is the way from Status.plist to a readable Manifest.db; [`wanted`] what the manifest names; [`fetch`] brings it.
//! Nothing on the phone changes: what comes back is compared and forgotten.

mod fetch;
mod opened;
mod wanted;

pub(super) use opened::{Opened, source_of};
pub(super) use wanted::rows;

use super::host::Host;
use super::misbehave::misbehave;
use super::{Ended, GENERIC, INCONSISTENT, LOCKED, Step, broken, in_summary};
use crate::device::{Device, lock};
use crate::services::Files;
use crate::{Profile, RestoreSummary};
use plist::{Dictionary, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wire::devicelink as dl;

/// Apple's numbers (`protocol.md` 2.7.7).
const NOT_RESTARTED: i64 = 102;
const CANNOT_OPEN: i64 = 24;
const DEVICE_FULL: i64 = 106;
const FIND_MY: i64 = 211;
const NOT_SET_UP: i64 = 212;

/// Restores as the request asks and keeps a summary. Whether the phone restarts now; if it should not, the next restore ends with 102.
pub(super) async fn restore(device: &Arc<Device>, host: &mut Host, request: &Dictionary) -> Step<bool> {
    let options = request.get("Options").and_then(Value::as_dictionary).cloned().unwrap_or_default();
    let mut summary = RestoreSummary { options: in_words(&options), ..RestoreSummary::default() };
    let result = run(device, host, request, &options, &mut summary).await;
    summary.applications = device.restore_applications().map(|list| bundle_ids(&list));
    (summary.code, summary.complaint) = in_summary(&result);
    *lock(&device.last_restore) = Some(summary);
    result?;
    // The phone has taken the list; nothing is there when the host left none.
    let _ = Files::media(device.clone()).remove("iTunesRestore", true);
    device.wants_restart.store(true, Ordering::SeqCst);
    Ok(flag(&options, "RestoreShouldReboot").unwrap_or(true))
}

async fn run(
    device: &Arc<Device>,
    host: &mut Host,
    request: &Dictionary,
    options: &Dictionary,
    summary: &mut RestoreSummary,
) -> Step<()> {
    ready(device)?;
    summary.source = source_of(device, request)?;
    let folder = tempfile::tempdir_in(&device.home).map_err(broken)?;
    let password = options.get("Password").and_then(Value::as_string);
    let opened = Arc::new(Opened::open(device, host, &summary.source, password, folder.path()).await?);
    let sizing = opened.clone();
    let total = tokio::task::spawn_blocking(move || wanted::bytes(sizing.db())).await.map_err(broken)??;
    let free = device.persona.disk_free;
    if total > free {
        return Err(Ended::failed(DEVICE_FULL, format!("{total} bytes are to be restored, {free} are free")));
    }
    misbehave(device, host).await?;
    if device.options.profile == Profile::Chatty {
        ask_for_staged(host).await?;
        if !flag(options, "RestoreDontCopyBackup").unwrap_or(false) {
            copy_on_host(host, &summary.source).await?;
        }
    }
    fetch::all(device, host, opened, total, summary).await?;
    match summary.differences.first() {
        None => Ok(()),
        Some(first) => {
            let more = summary.differences.len() - 1;
            Err(Ended::failed(INCONSISTENT, format!("{first}, and {more} more files are not as they should be")))
        }
    }
}

/// What must be so before a restore.
fn ready(device: &Device) -> Step<()> {
    let is_set_up = device.set_up.load(Ordering::SeqCst) && device.options.activated;
    let hindrances = [
        (
            device.wants_restart.load(Ordering::SeqCst),
            NOT_RESTARTED,
            "the phone has not restarted since the last restore",
        ),
        (device.find_my.load(Ordering::SeqCst), FIND_MY, "Find My is on"),
        (!is_set_up, NOT_SET_UP, "the phone is not set up"),
        (device.is_locked(), LOCKED, "the phone is locked"),
    ];
    match hindrances.into_iter().find(|(holds, ..)| *holds) {
        Some((_, code, text)) => Err(Ended::failed(code, text)),
        None => Ok(()),
    }
}

/// Some builds ask the host for paths of their own; "not found" is the only answer they bear (`protocol.md` 2.7.3).
async fn ask_for_staged(host: &mut Host) -> Step<()> {
    let path = "/.b/1/Library/Staged".to_string();
    match host.download(std::slice::from_ref(&path), 0.0, &mut |_, _| {}).await?.remove(0) {
        Ok(()) => Err(Ended::failed(GENERIC, format!("the host serves {path}"))),
        Err(absent) if absent.code == dl::status::NOT_FOUND => Ok(()),
        Err(absent) => Err(Ended::failed(CANNOT_OPEN, format!("{path}: the host answered {}", absent.code))),
    }
}

/// Some systems have the host copy the backup first; this one copies a part of it, looks at the copy and removes it.
async fn copy_on_host(host: &mut Host, source: &str) -> Step<()> {
    let copies = format!("{source}/Snapshot");
    host.make_folder(&copies).await?.expect(100, "making a folder")?;
    let listed = host.list(source).await?;
    let mut parts = vec!["Manifest.db".to_string()];
    parts.extend(super::verify::content_folders(&listed).into_iter().take(1));
    for part in &parts {
        host.copy(&format!("{source}/{part}"), &format!("{copies}/{part}")).await?;
    }
    let there = host.list(&copies).await?;
    host.remove(vec![copies.into()], 0.0).await?;
    match parts.iter().find(|part| !there.contains_key(part)) {
        Some(lost) => Err(Ended::failed(INCONSISTENT, format!("the copy of {lost} is not there"))),
        None => Ok(()),
    }
}

fn flag(options: &Dictionary, name: &str) -> Option<bool> {
    options.get(name)?.as_boolean()
}

/// The options as text, sorted; never a password.
fn in_words(options: &Dictionary) -> Vec<(String, String)> {
    let word = |name: &str, value: &Value| match value {
        _ if name == "Password" => "given".to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::String(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let mut words: Vec<_> = options.iter().map(|(name, value)| (name.clone(), word(name, value))).collect();
    words.sort();
    words
}

fn bundle_ids(list: &[u8]) -> Vec<String> {
    let list = wire::frame::decode(list).ok().and_then(Value::into_dictionary).unwrap_or_default();
    let mut ids: Vec<String> = list.keys().cloned().collect();
    ids.sort();
    ids
}
