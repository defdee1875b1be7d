//! Originals of a device's photos that are only in iCloud, as its own database tells.

use crate::Engine;
use crate::api::devices::DeviceRequest;
use crate::api::live::{CloudOriginal, CloudOriginals};
use crate::api::{ApiError, Code, Result, blocking};
use device::{FileInfo, Media};
use kinds::photos;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

const FOLDER: &str = "/PhotoData";
const DATABASE: &str = "Photos.sqlite";
/// Its log, which may hold most of it.
const LOG: &str = "Photos.sqlite-wal";
/// A library of a million pictures takes less, in bytes.
const AT_MOST: u64 = 8 << 30;
/// A phone that writes to it while it is copied is asked again so often.
const TRIES: usize = 3;
/// So many are named; all are counted.
const NAMED: usize = 1000;

/// The state of the database's files: length and time of each.
type Stamp = Vec<(String, u64, Option<i64>)>;

/// What was found out since the start, by device: a library is copied once for each of its states.
#[derive(Default)]
pub struct Told(Mutex<HashMap<String, (Stamp, CloudOriginals)>>);

impl Told {
    fn of(&self, udid: &str, stamp: &Stamp) -> Option<CloudOriginals> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(udid).filter(|(then, _)| then == stamp).map(|(_, told)| told.clone())
    }

    fn keep(&self, udid: String, stamp: Stamp, told: CloudOriginals) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(udid, (stamp, told));
    }
}

/// Copies the photo database off the device, reads it, and throws the copy away.
pub async fn originals(engine: &Engine, asked: DeviceRequest) -> Result<CloudOriginals> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let media = Media::open(&mux, &who).await?;
    for _ in 0..TRIES {
        let files = listed(&media).await?;
        let stamp = stamp(&files);
        if let Some(told) = engine.0.cloud.of(&asked.udid, &stamp) {
            return Ok(told);
        }
        let Some(folder) = copied(&media, &files, &engine.0.opened.scratch()).await? else { break };
        // A copy from which pages are missing that were written meanwhile would tell nonsense.
        if stamp != self::stamp(&listed(&media).await?) {
            continue;
        }
        let told = blocking(move || Ok(read(folder))).await?;
        engine.0.cloud.keep(asked.udid, stamp, told.clone());
        return Ok(told);
    }
    Ok(CloudOriginals::default())
}

/// The database and its log, as far as they are there.
async fn listed(media: &Media) -> Result<Vec<FileInfo>> {
    let files = match media.list(FOLDER).await {
        Err(device::Error::Afc { .. }) => Vec::new(),
        files => files?,
    };
    let own = files.into_iter().filter(|file| !file.is_folder && [DATABASE, LOG].contains(&file.name.as_str()));
    let own: Vec<FileInfo> = own.collect();
    let size = own.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size));
    if size > AT_MOST {
        let message = "The device's photo database is larger than any that could be read.";
        return Err(ApiError::new(Code::DeviceProtocol, message).detail(format!("{size} bytes")));
    }
    Ok(own)
}

fn stamp(files: &[FileInfo]) -> Stamp {
    files.iter().map(|file| (file.name.clone(), file.size, file.modified)).collect()
}

/// A private copy; `None` where there is no database, or it changes while it is copied.
async fn copied(media: &Media, files: &[FileInfo], scratch: &Path) -> Result<Option<TempDir>> {
    if !files.iter().any(|file| file.name == DATABASE) {
        return Ok(None);
    }
    let scratch = scratch.to_path_buf();
    let folder = blocking(move || {
        let made = std::fs::create_dir_all(&scratch).and_then(|()| TempDir::new_in(&scratch));
        made.map_err(|error| ApiError::io(&scratch, &error))
    })
    .await?;
    for file in files {
        let path = folder.path().join(&file.name);
        let mut to = tokio::fs::File::create(&path).await.map_err(|error| ApiError::io(&path, &error))?;
        match media.pull(&format!("{FOLDER}/{}", file.name), &mut to, &mut |_| {}).await {
            // The log was put into the database meanwhile.
            Err(device::Error::FileChanged { .. } | device::Error::Afc { .. }) if file.name == LOG => {}
            pulled => drop(pulled?),
        }
    }
    Ok(Some(folder))
}

/// What the copy tells; nothing where it cannot be read.
fn read(folder: TempDir) -> CloudOriginals {
    let found = backup::Database::of_copy(folder, DATABASE).map_err(kinds::Error::from).and_then(photos::only_in_cloud);
    let away = match found {
        Ok(Some(away)) => away,
        Ok(None) => return CloudOriginals::default(),
        Err(error) => {
            tracing::info!(%error, "the device's photo database cannot be read");
            return CloudOriginals::default();
        }
    };
    let named = away.iter().take(NAMED).map(|one| CloudOriginal {
        name: one.name.clone(),
        path: one.path.clone(),
        when: one.when,
        size: one.size,
        video: one.video,
    });
    CloudOriginals {
        known: true,
        count: away.len() as u64,
        bytes: away.iter().filter_map(|one| one.size).fold(0, u64::saturating_add),
        originals: named.collect(),
    }
}
