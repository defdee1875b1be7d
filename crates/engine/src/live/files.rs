//! Files on a device: its media, and the documents its apps share.

use super::copy;
use crate::Engine;
use crate::api::browse::FileNodeKind;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::live::*;
use crate::api::{Result, whole_path};
use crate::jobs::Run;
use device::{DeviceFiles, Documents, Media};

/// Begins the sentence that refuses a path that is not whole.
const TO: &str = "The folder to copy to";

pub async fn list_media(engine: &Engine, asked: DeviceFolderRequest) -> Result<Vec<DeviceFile>> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let media = Media::open(&mux, &who).await?;
    list(&media, &asked.path).await
}

pub async fn list_documents(engine: &Engine, asked: DocumentsRequest) -> Result<Vec<DeviceFile>> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let documents = Documents::open(&mux, &who, &asked.bundle).await?;
    list(&documents, &asked.path).await
}

/// Folders first, then by name.
async fn list(files: &DeviceFiles, folder: &str) -> Result<Vec<DeviceFile>> {
    let folder = folder.trim_matches('/');
    let found = files.list(&format!("/{folder}")).await?;
    let mut listed: Vec<DeviceFile> = found
        .into_iter()
        .map(|file| DeviceFile {
            path: if folder.is_empty() { file.name.clone() } else { format!("{folder}/{}", file.name) },
            name: file.name,
            kind: if file.is_folder { FileNodeKind::Folder } else { FileNodeKind::File },
            size: file.size,
            modified: file.modified,
        })
        .collect();
    listed.sort_by(|a, b| (a.kind != FileNodeKind::Folder, &a.name).cmp(&(b.kind != FileNodeKind::Folder, &b.name)));
    Ok(listed)
}

pub async fn copy_media(engine: &Engine, asked: DeviceCopyRequest) -> Result<JobStarted> {
    let name = engine.0.devices.facts(&asked.udid).map_or_else(|| "device".to_string(), |facts| facts.name);
    let to = whole_path(&asked.to, TO)?;
    start(engine, &asked.udid, format!("Copy from {name}"), |engine, udid, run| async move {
        let (mux, who) = engine.0.devices.reach(&udid)?;
        let media = Media::open(&mux, &who).await?;
        copy::off(&media, &asked.paths, &to, &format!("From {name}"), &run).await
    })
}

pub async fn copy_documents(engine: &Engine, asked: DocumentsCopyRequest) -> Result<JobStarted> {
    let to = whole_path(&asked.to, TO)?;
    start(engine, &asked.udid, "Copy documents".to_string(), |engine, udid, run| async move {
        let (mux, who) = engine.0.devices.reach(&udid)?;
        let documents = Documents::open(&mux, &who, &asked.bundle).await?;
        copy::off(&documents, &asked.paths, &to, &format!("Documents of {}", asked.bundle), &run).await
    })
}

pub async fn put_documents(engine: &Engine, asked: DocumentsPutRequest) -> Result<JobStarted> {
    start(engine, &asked.udid, "Add documents".to_string(), |engine, udid, run| async move {
        let (mux, who) = engine.0.devices.reach(&udid)?;
        let documents = Documents::open(&mux, &who, &asked.bundle).await?;
        copy::onto(&documents, &asked.files, asked.folder.trim_matches('/'), &run).await
    })
}

fn start<W, F>(engine: &Engine, udid: &str, title: String, work: W) -> Result<JobStarted>
where
    W: FnOnce(Engine, String, Run) -> F + Send + 'static,
    F: Future<Output = Result<JobResult>> + Send + 'static,
{
    engine.0.devices.reach(udid)?;
    let (own, udid) = (engine.clone(), udid.to_string());
    let job = engine.0.jobs.start(Action::Copy, title, Some(udid.clone()), |run| {
        run.phase(Phase::Preparing, "Connecting to the device");
        work(own, udid, run)
    })?;
    Ok(JobStarted { job })
}
