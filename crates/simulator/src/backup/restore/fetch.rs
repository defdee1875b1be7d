//! Every content file of a backup, fetched in batches and compared.

use super::super::encryption::Decrypt;
use super::super::host::Host;
use super::super::source::{ContentDigest, UNKNOWN, finished};
use super::super::{CANCELLED, Ended, INCONSISTENT, Step, broken, content_path};
use super::opened::Opened;
use super::wanted::{self, Wanted};
use crate::RestoreSummary;
use crate::device::Device;
use ring::digest::{Context, SHA256};
use sha1::{Digest, Sha1};
use std::sync::Arc;
use tokio::sync::mpsc;
use wire::devicelink as dl;

/// A batch ends with the file that reaches either.
const BATCH_FILES: usize = 64;
const BATCH_BYTES: u64 = 32 << 20;
const WAITING: usize = 4;
/// What a summary keeps.
const DIFFERENCES: usize = 1000;
const RESTORED: usize = 100_000;
/// Apple's number for an input or output error.
const IO: i64 = 100;

pub(super) async fn all(
    device: &Device,
    host: &mut Host,
    opened: Arc<Opened>,
    total: u64,
    summary: &mut RestoreSummary,
) -> Step<()> {
    let (sender, mut batches) = mpsc::channel(WAITING);
    let reading = opened.clone();
    let listing = tokio::task::spawn_blocking(move || list(&reading, &sender));
    while let Some(batch) = batches.recv().await {
        if host.faults.cancel_after_files.is_some_and(|limit| summary.files >= limit) {
            device.post(wire::lockdown::notification::SYNC_CANCEL);
            return Err(Ended::failed(CANCELLED, "cancelled on the phone"));
        }
        let coming: u64 = batch.iter().filter_map(|wanted| wanted.size).sum();
        let done = 100.0 * (summary.bytes + coming) as f64 / total.max(1) as f64;
        fetch(host, &opened, &batch, done.min(100.0), summary).await?;
    }
    listing.await.map_err(broken)?
}

/// Hands the files of the manifest over in batches.
fn list(opened: &Opened, sender: &mpsc::Sender<Vec<Wanted>>) -> Step<()> {
    let (mut batch, mut bytes) = (Vec::new(), 0u64);
    let mut hand = |wanted: Wanted| {
        bytes = bytes.saturating_add(wanted.size.unwrap_or(0));
        batch.push(wanted);
        if batch.len() < BATCH_FILES && bytes < BATCH_BYTES {
            return true;
        }
        bytes = 0;
        sender.blocking_send(std::mem::take(&mut batch)).is_ok()
    };
    match &opened.own {
        Some(own) => wanted::known_rows(opened.db(), own, &mut hand)?,
        None => wanted::rows(opened.db(), &mut hand)?,
    }
    if !batch.is_empty() {
        // Nobody to take it: the session is over.
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}

async fn fetch(
    host: &mut Host,
    opened: &Opened,
    batch: &[Wanted],
    percent: f64,
    summary: &mut RestoreSummary,
) -> Step<()> {
    let paths: Vec<String> =
        batch.iter().map(|wanted| format!("{}/{}", opened.source, content_path(&wanted.id))).collect();
    let mut arriving: Vec<Arriving> = batch.iter().map(|wanted| Arriving::new(opened, wanted)).collect::<Step<_>>()?;
    let results = host.download(&paths, percent, &mut |index, bytes| arriving[index].take(bytes)).await?;
    for ((wanted, result), arrived) in batch.iter().zip(results).zip(arriving) {
        if let Err(absent) = result {
            let code = if absent.code == dl::status::NOT_FOUND { INCONSISTENT } else { IO };
            return Err(Ended::failed(code, format!("{} did not come: {}", wanted.place(), absent.text)));
        }
        let whole = arrived.finish();
        summary.files += 1;
        summary.bytes += whole.size;
        if let Some(difference) = whole.difference(wanted).filter(|_| summary.differences.len() < DIFFERENCES) {
            summary.differences.push(format!("{}: {difference}", wanted.place()));
        }
        if summary.restored.len() < RESTORED {
            summary.restored.insert(wanted.place(), whole.sha256);
        }
    }
    Ok(())
}

/// A file on its way.
struct Arriving {
    decrypt: Option<Decrypt>,
    size: u64,
    sha256: Context,
    sha1: Option<Sha1>,
}

impl Arriving {
    fn new(opened: &Opened, wanted: &Wanted) -> Step<Arriving> {
        let decrypt = match (&opened.keys, &wanted.key) {
            (Some(keys), Some(key)) => {
                let key = keys.unwrap(key);
                let key = key.ok_or_else(|| Ended::failed(INCONSISTENT, format!("no key opens {}", wanted.place())))?;
                Some(Decrypt::new(&key))
            }
            // A file without a key is in the clear.
            _ => None,
        };
        let sha1 = wanted.sha1.as_ref().map(|_| Sha1::new());
        Ok(Arriving { decrypt, size: 0, sha256: Context::new(&SHA256), sha1 })
    }

    fn take(&mut self, bytes: &[u8]) {
        match &mut self.decrypt {
            None => self.plain(bytes),
            Some(decrypt) => {
                let plain = decrypt.push(bytes);
                self.plain(&plain);
            }
        }
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
    }

    fn finish(mut self) -> Arrived {
        let last = self.decrypt.take().map(Decrypt::finish);
        let padded = !matches!(last, Some(None));
        self.plain(&last.flatten().unwrap_or_default());
        let sha1 = self.sha1.map(|sha1| sha1.finalize().to_vec());
        Arrived { padded, size: self.size, sha256: finished(&self.sha256.finish()), sha1 }
    }
}

struct Arrived {
    /// Whether it ended as an encrypted file ends.
    padded: bool,
    size: u64,
    sha256: ContentDigest,
    sha1: Option<Vec<u8>>,
}

impl Arrived {
    /// How it is unlike what the manifest or the phone knows of it.
    fn difference(&self, wanted: &Wanted) -> Option<String> {
        if !self.padded {
            return Some("does not decrypt".into());
        }
        if let Some(size) = wanted.size.filter(|size| *size != self.size) {
            return Some(format!("{} bytes instead of {size}", self.size));
        }
        if self.sha1 != wanted.sha1 {
            return Some("is not what the manifest says".into());
        }
        (wanted.known != UNKNOWN && wanted.known != self.sha256).then(|| "is not what the phone sent".into())
    }
}
