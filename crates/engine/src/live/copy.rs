//! Copying files off a device and onto it.

use crate::api::jobs::{JobResult, Phase};
use crate::api::{ApiError, Code, Result, blocking};
use crate::jobs::Run;
use device::{DeviceFiles, Found};
use export::folder::FolderWriter;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::DuplexStream;
use tokio_util::io::SyncIoBridge;

/// So many files are copied at once; no device holds more.
const FILES_AT_MOST: usize = 1_000_000;
/// What is under way between the device and the disk.
const IN_FLIGHT: usize = 4 << 20;

/// Copies files and whole folders into a new folder inside `to`. A file that cannot be read is named and left.
pub async fn off(files: &DeviceFiles, paths: &[String], to: &Path, name: &str, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Reading, "Looking what there is to copy");
    let found = gather(files, paths, run).await?;
    let (to, name) = (to.to_path_buf(), name.to_string());
    let mut folder = blocking(move || {
        std::fs::create_dir_all(&to).map_err(|error| ApiError::io(&to, &error))?;
        Ok(FolderWriter::create(&to, &name)?)
    })
    .await?;
    run.phase(Phase::Receiving, "Copying files");
    let total: u64 = found.iter().map(|one| one.file.size).sum();
    let mut bytes = 0;
    for (done, one) in found.iter().enumerate() {
        run.check()?;
        let copied;
        (folder, copied) =
            pull(files, one, folder, &mut |now| run.amounts(done as u64, bytes + now, Some(total)), run).await?;
        match copied {
            Ok(length) => bytes += length,
            Err(error) if matches!(error.code, Code::FileMissing | Code::DeviceProtocol | Code::DeviceRefused) => {
                run.skip(one.path.trim_start_matches('/'), error.message);
            }
            Err(error) => return Err(error),
        }
        run.progress((done + 1) as f64 / found.len().max(1) as f64);
    }
    let written = blocking(move || Ok(folder.finish()?)).await?;
    run.amounts(written.files, written.bytes, Some(total));
    Ok(JobResult::Copied {
        files: written.files,
        bytes: written.bytes,
        folder: written.main.to_string_lossy().into_owned(),
    })
}

/// The files meant by what was chosen; a folder means all below it.
async fn gather(files: &DeviceFiles, paths: &[String], run: &Run) -> Result<Vec<Found>> {
    let mut all = Vec::new();
    for path in paths {
        run.check()?;
        let path = format!("/{}", path.trim_matches('/'));
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", ""));
        let parent = if parent.is_empty() { "/" } else { parent };
        let known =
            if name.is_empty() { None } else { files.list(parent).await?.into_iter().find(|one| one.name == name) };
        match known {
            Some(file) if !file.is_folder => all.push(Found { path, file }),
            None if !name.is_empty() => run.skip(path.trim_start_matches('/'), "It is not on the device any more."),
            _ => {
                let mut below = files.walk(&path);
                while let Some(one) = below.recv().await {
                    run.check()?;
                    match one {
                        Ok(one) => all.push(one),
                        Err(error @ device::Error::Afc { .. }) => {
                            run.skip(path.trim_start_matches('/'), ApiError::from(error).message);
                        }
                        Err(error) => return Err(error.into()),
                    }
                    if all.len() > FILES_AT_MOST {
                        let message = "The device lists more files than can be copied at once. Choose fewer folders.";
                        return Err(ApiError::new(Code::DeviceProtocol, message));
                    }
                    run.amounts(all.len() as u64, 0, None);
                }
            }
        }
    }
    Ok(all)
}

/// Copies one file. The outer error ends the job; the inner one is of this file.
async fn pull(
    files: &DeviceFiles,
    one: &Found,
    mut folder: FolderWriter,
    progress: &mut (dyn FnMut(u64) + Send),
    run: &Run,
) -> Result<(FolderWriter, Result<u64>)> {
    let (mut pipe, end) = tokio::io::duplex(IN_FLIGHT);
    let whole = Arc::new(AtomicBool::new(false));
    let mut source = Incoming { stream: SyncIoBridge::new(end), whole: whole.clone() };
    let (name, modified) = (one.path.trim_start_matches('/').to_string(), one.file.modified);
    let adding = tokio::task::spawn_blocking(move || {
        let added = folder.add(&name, modified, &mut source);
        (folder, added)
    });
    let pulled = tokio::select! {
        pulled = files.pull(&one.path, &mut pipe, progress) => pulled.map_err(ApiError::from),
        () = cancelled(run) => Err(ApiError::cancelled()),
    };
    whole.store(pulled.is_ok(), Ordering::Release);
    drop(pipe);
    let (folder, added) = adding.await.map_err(crate::api::bug)?;
    let copied = match (pulled, added) {
        // When the disk failed, the device's side only saw its listener go.
        (_, Err(error @ export::Error::Write { .. })) => return Err(error.into()),
        (Err(error), _) => Err(error),
        (Ok(_), Err(error)) => Err(error.into()),
        (Ok(length), Ok(_)) => Ok(length),
    };
    Ok((folder, copied))
}

async fn cancelled(run: &Run) {
    run.token().cancelled().await;
}

/// A file as it comes from the device. Its end only counts when the device said that it was the end.
struct Incoming {
    stream: SyncIoBridge<DuplexStream>,
    whole: Arc<AtomicBool>,
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(buffer)? {
            0 if !self.whole.load(Ordering::Acquire) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }
}

/// Adds files of this computer to a folder on the device, under their own names.
pub async fn onto(files: &DeviceFiles, from: &[String], folder: &str, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Writing, "Copying files to the device");
    let (mut done, mut bytes) = (0, 0);
    for path in from {
        run.check()?;
        let path = Path::new(path);
        let failed = |error: &io::Error| ApiError::io(path, error);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut source = tokio::fs::File::open(path).await.map_err(|error| failed(&error))?;
        if !source.metadata().await.map_err(|error| failed(&error))?.is_file() {
            run.skip(path.to_string_lossy(), "It is not a file.");
            continue;
        }
        let goal = if folder.is_empty() { format!("/{name}") } else { format!("/{folder}/{name}") };
        let mut progress = |now| run.amounts(done, bytes + now, None);
        let pushed = tokio::select! {
            pushed = files.push(&goal, &mut source, &mut progress) => pushed.map_err(ApiError::from),
            () = cancelled(run) => Err(ApiError::cancelled()),
        };
        bytes += pushed?;
        done += 1;
        run.progress(done as f64 / from.len().max(1) as f64);
    }
    run.amounts(done, bytes, Some(bytes));
    Ok(JobResult::Copied { files: done, bytes, folder: folder.to_string() })
}
