//! The phone looks at what the host keeps (`protocol.md` 2.7.9).

use super::host::Host;
use super::source::Source;
use super::survey::Survey;
use super::{Ended, FileId, INCONSISTENT, Step, broken, content_path, file_id, manifest};
use crate::contents::FileKind;
use crate::device::Device;
use plist::Value;
use sha1::{Digest, Sha1};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// Largest plist of its own the phone takes back.
const PLIST_LIMIT: usize = 32 << 20;
/// Files a check compares, and the largest it takes.
const SAMPLE: u64 = 48;
const SAMPLE_LIMIT: u64 = 32 << 20;

/// A small file of the host; `None` when it has none.
pub(super) async fn plists<const N: usize>(host: &mut Host, paths: [String; N]) -> Step<[Option<Vec<u8>>; N]> {
    let mut files = [const { Vec::new() }; N];
    let results = host
        .download(&paths, 0.0, &mut |index, bytes| {
            if files[index].len() + bytes.len() <= PLIST_LIMIT {
                files[index].extend_from_slice(bytes);
            }
        })
        .await?;
    let mut results = results.into_iter();
    Ok(files.map(|file| results.next().is_some_and(|result| result.is_ok()).then_some(file)))
}

/// The SHA-1 of files of the host.
pub(super) async fn hashes(host: &mut Host, paths: &[String], percent: f64) -> Step<Vec<Option<[u8; 20]>>> {
    let mut hashes = vec![Sha1::new(); paths.len()];
    let results = host.download(paths, percent, &mut |index, bytes| hashes[index].update(bytes)).await?;
    Ok(results.into_iter().zip(hashes).map(|(result, hash)| result.is_ok().then(|| hash.finalize().into())).collect())
}

/// The host must give back these files with these hashes.
pub(super) async fn unchanged(host: &mut Host, expected: &[(String, [u8; 20])], percent: f64) -> Step<()> {
    let paths: Vec<String> = expected.iter().map(|(path, _)| path.clone()).collect();
    for ((path, wanted), found) in expected.iter().zip(hashes(host, &paths, percent).await?) {
        match found {
            Some(found) if found == *wanted => {}
            Some(_) => return Err(Ended::failed(INCONSISTENT, format!("{path} came back changed"))),
            None => return Err(Ended::failed(INCONSISTENT, format!("{path} did not come back"))),
        }
    }
    Ok(())
}

/// The content folders among what the host lists of the device's folder.
pub(super) fn content_folders(names: &plist::Dictionary) -> Vec<String> {
    let hex = |name: &str| name.len() == 2 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut folders: Vec<String> = names.keys().filter(|name| hex(name)).cloned().collect();
    folders.sort();
    folders
}

/// Content files in `folder` of the host that the new manifest does not name: left from a backup this one replaces.
pub(super) async fn leftovers(host: &mut Host, udid: &str, folder: &str, manifest_db: PathBuf) -> Step<Vec<Value>> {
    let wanted = wanted(folder, manifest_db).await?;
    let listed = host.list(&format!("{udid}/{folder}")).await?;
    let mut left: Vec<&String> = listed.keys().filter(|name| !wanted.contains(*name)).collect();
    left.sort();
    Ok(left.into_iter().map(|name| format!("{udid}/{folder}/{name}").into()).collect())
}

/// Every content file the manifest names must be listed by the host, but for those the faults made unreadable.
pub(super) async fn all_present(device: &Device, host: &mut Host, manifest_db: PathBuf) -> Step<()> {
    let udid = &device.persona.udid;
    let unreadable = host.faults.unreadable.iter();
    let excused: Vec<String> =
        unreadable.map(|fault| hex::encode(Sha1::digest(format!("{}-{}", fault.domain, fault.path)))).collect();
    for number in 0..=255u8 {
        let folder = format!("{number:02x}");
        let wanted = wanted(&folder, manifest_db.clone()).await?;
        if wanted.is_empty() {
            continue;
        }
        let listed = host.list(&format!("{udid}/{folder}")).await?;
        if let Some(lost) = wanted.iter().find(|name| !listed.contains_key(name) && !excused.contains(name)) {
            return Err(Ended::failed(INCONSISTENT, format!("{lost} is not in the backup")));
        }
    }
    Ok(())
}

async fn wanted(folder: &str, manifest_db: PathBuf) -> Step<std::collections::HashSet<String>> {
    let folder = folder.to_string();
    let names = move || manifest::names_in(&manifest_db, &folder);
    tokio::task::spawn_blocking(names).await.map_err(broken)?.map_err(broken)
}

/// Downloads a sample of the content and compares it with the phone's own bytes.
pub(super) async fn sample(device: &Arc<Device>, host: &mut Host, survey: &Survey) -> Step<()> {
    let (picking, sealing, files) = (device.clone(), survey.sealing.clone(), survey.files);
    let unreadable = host.faults.unreadable.clone();
    let excused = move |domain: &str, path: &str| unreadable.iter().any(|f| f.domain == domain && f.path == path);
    let pick = move || own_hashes(&Source::new(&picking, sealing)?, files, excused);
    let picked = tokio::task::spawn_blocking(pick).await.map_err(broken)??;
    let udid = &device.persona.udid;
    let expected: Vec<(String, [u8; 20])> =
        picked.into_iter().map(|(id, hash)| (format!("{udid}/{}", content_path(&id)), hash)).collect();
    for some in expected.chunks(8) {
        unchanged(host, some, 100.0).await?;
    }
    Ok(())
}

/// About [`SAMPLE`] files of the phone, evenly spread, with the SHA-1 of their bytes in the backup.
fn own_hashes(source: &Source, files: u64, excused: impl Fn(&str, &str) -> bool) -> Step<Vec<(FileId, [u8; 20])>> {
    let every = (files / SAMPLE).max(1);
    let mut picked = Vec::new();
    for file in source.files()? {
        let id = file_id(&file);
        let number = u64::from(u32::from_be_bytes([id[4], id[5], id[6], id[7]]));
        let fit = file.kind == FileKind::File && file.size <= SAMPLE_LIMIT && !excused(&file.domain, &file.path);
        if !fit || !number.is_multiple_of(every) || picked.len() as u64 >= 2 * SAMPLE {
            continue;
        }
        let mut hash = Sha1::new();
        let mut reader = source.sealed(&file, &id, source.open(&file).map_err(broken)?);
        let mut block = vec![0; 64 << 10];
        loop {
            match reader.read(&mut block).map_err(broken)? {
                0 => break,
                count => hash.update(&block[..count]),
            }
        }
        picked.push((id, hash.finalize().into()));
    }
    Ok(picked)
}
