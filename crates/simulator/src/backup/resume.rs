//! Going on where a cut backup stopped (`protocol.md` 2.7.9): what the host still has of it need not cross the wire again.

use super::host::Host;
use super::plists::State;
use super::survey::Survey;
use super::{FileId, Step, broken, verify};
use plist::Value;
use std::collections::{HashMap, HashSet};
use wire::devicelink as dl;

/// Whether `UDID/Snapshot` of the host is what the same attempt left: then it holds the bytes that would be sent now.
pub(super) async fn left_by(host: &mut Host, udid: &str, attempt: &str) -> Step<bool> {
    let [status] = verify::plists(host, [format!("{udid}/Snapshot/Status.plist")]).await?;
    let status = status.and_then(|bytes| wire::frame::decode(&bytes).ok()).and_then(Value::into_dictionary);
    let field = |key| status.as_ref()?.get(key)?.as_string();
    Ok(field("SnapshotState") == Some(State::Uploading.name()) && field("UUID") == Some(attempt))
}

/// The files of the survey that `UDID/Snapshot` holds in full length, and their bytes. Their names, 20 bytes each, are in memory.
pub(super) async fn present(host: &mut Host, udid: &str, survey: &Survey) -> Step<(HashSet<FileId>, u64)> {
    let mut sizes = HashMap::new();
    for folder in verify::content_folders(&host.list(&format!("{udid}/Snapshot")).await?) {
        for (name, about) in host.list(&format!("{udid}/Snapshot/{folder}")).await? {
            let mut id = FileId::default();
            let size = about.as_dictionary().and_then(|about| dl::signed(about.get("DLFileSize")?));
            if let (Ok(()), Some(size)) = (hex::decode_to_slice(&name, &mut id), size) {
                sizes.insert(id, size.unsigned_abs());
            }
        }
    }
    let (mut present, mut bytes) = (HashSet::new(), 0);
    let mut changed = survey.changed().map_err(broken)?;
    while let Some(due) = changed.next().map_err(broken)? {
        if due.readable && sizes.get(&due.id) == Some(&due.size) {
            present.insert(due.id);
            bytes += due.size;
        }
    }
    Ok((present, bytes))
}
