use super::{Live, session};
use crate::afc::{Afc, Shape};
use crate::apps::refused;
use crate::heartbeat::Heartbeat;
use crate::stream::{Plists, dictionary, within};
use crate::{Attached, Error, Result, Usbmux};
use plist::Value;
use std::ops::Deref;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use wire::lockdown::service;

const PATIENCE: Duration = Duration::from_secs(30);
/// Longest path, in bytes.
const PATH: usize = 4096;
/// Deepest folder [`DeviceFiles::walk`] goes into, and most folders it keeps in mind.
const DEPTH: usize = 32;
const AHEAD: usize = 100_000;

/// An entry of a folder on the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Without `/` and NUL; never `.` or `..`. Otherwise the phone's own: not fit for every computer's disk.
    pub name: String,
    pub is_folder: bool,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// Unix milliseconds.
    pub modified: Option<i64>,
}

/// A file met by [`DeviceFiles::walk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// From the root, starting with `/`.
    pub path: String,
    pub file: FileInfo,
}

/// A folder tree of the phone. Paths start at its root, `/`; one with `..` is [`Error::BadPath`].
///
/// Any of its futures may be dropped: nothing stays open on the phone, and the next call works.
#[derive(Clone)]
pub struct DeviceFiles {
    tree: Tree,
    /// Over the network the phone drops a connection without it.
    _heartbeat: Option<std::sync::Arc<Heartbeat>>,
}

#[derive(Clone)]
struct Tree {
    afc: Afc,
    /// Where the root is in what the service shows.
    root: &'static str,
}

impl DeviceFiles {
    fn new(afc: Afc, root: &'static str, live: Live) -> DeviceFiles {
        DeviceFiles { tree: Tree { afc, root }, _heartbeat: live.heartbeat.map(std::sync::Arc::new) }
    }

    /// What a folder holds, by name. Links, and entries that cannot be looked at, are left out.
    pub async fn list(&self, path: &str) -> Result<Vec<FileInfo>> {
        self.tree.list(path).await
    }

    /// Every file below a folder, as they are met; a folder that cannot be read is an error among them.
    pub fn walk(&self, path: &str) -> mpsc::Receiver<Result<Found>> {
        let (found, receiver) = mpsc::channel(64);
        let (files, path) = (self.clone(), path.to_string());
        tokio::spawn(async move { files.tree.walk(path, found).await });
        receiver
    }

    /// Copies a file off the phone; returns its length. `progress` hears the bytes so far.
    ///
    /// [`Error::Files`] when `to` fails, [`Error::FileChanged`] when the phone sends less than it announced.
    pub async fn pull(
        &self,
        path: &str,
        to: &mut (dyn AsyncWrite + Unpin + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64> {
        self.tree.afc.pull(&self.tree.inside(path)?, to, progress).await
    }

    /// Copies a file onto the phone, replacing one of that name only when all of it arrived; returns its length.
    pub async fn push(
        &self,
        path: &str,
        from: &mut (dyn AsyncRead + Unpin + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64> {
        self.tree.afc.push(&self.tree.inside(path)?, from, progress).await
    }

    /// Removes a file or an empty folder.
    pub async fn remove(&self, path: &str) -> Result<()> {
        self.tree.afc.remove(&self.tree.inside(path)?).await
    }

    /// Makes a folder and those it is in.
    pub async fn make_folder(&self, path: &str) -> Result<()> {
        let path = self.tree.inside(path)?;
        for (end, _) in path[1..].match_indices('/') {
            self.tree.afc.make_folder(&path[..=end]).await?;
        }
        self.tree.afc.make_folder(&path).await
    }
}

impl Tree {
    /// A path as the service knows it.
    fn inside(&self, path: &str) -> Result<String> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if path.len() > PATH || path.contains('\0') || parts.iter().any(|part| matches!(*part, "." | "..")) {
            return Err(Error::BadPath { path: path.chars().take(200).collect() });
        }
        Ok(format!("{}/{}", self.root, parts.join("/")))
    }

    async fn list(&self, path: &str) -> Result<Vec<FileInfo>> {
        let listed = self.afc.list(&self.inside(path)?).await?;
        let usable = listed.into_iter().filter(|(_, entry)| entry.shape != Shape::Other);
        let files = usable.map(|(name, entry)| {
            let is_folder = entry.shape == Shape::Folder;
            FileInfo { name, is_folder, size: if is_folder { 0 } else { entry.size }, modified: entry.modified }
        });
        Ok(files.collect())
    }

    async fn walk(&self, start: String, found: mpsc::Sender<Result<Found>>) {
        // The folders still to be read, below each folder on the way down.
        let mut ahead = vec![(String::new(), vec![start.trim_matches('/').to_string()])];
        while let Some((above, names)) = ahead.last_mut() {
            let Some(name) = names.pop() else {
                ahead.pop();
                continue;
            };
            let folder = if name.is_empty() { above.clone() } else { format!("{above}/{name}") };
            let files = match self.list(&folder).await {
                Ok(files) => files,
                Err(error) => {
                    let over = !matches!(error, Error::Afc { .. } | Error::BadPath { .. });
                    if found.send(Err(error)).await.is_err() || over {
                        return;
                    }
                    continue;
                }
            };
            let mut below = Vec::new();
            for file in files {
                if file.is_folder {
                    below.push(file.name);
                } else {
                    let path = format!("{folder}/{}", file.name);
                    if found.send(Ok(Found { path, file })).await.is_err() {
                        return;
                    }
                }
            }
            let kept: usize = ahead.iter().map(|(_, names)| names.len()).sum();
            if below.is_empty() {
                continue;
            }
            if ahead.len() >= DEPTH || kept + below.len() > AHEAD {
                let refused = Err(Error::BadPath { path: folder.chars().take(200).collect() });
                if found.send(refused).await.is_err() {
                    return;
                }
                continue;
            }
            below.reverse();
            ahead.push((folder, below));
        }
    }
}

/// The phone's photos, videos and music: `/DCIM` and its neighbours (`protocol.md` 2.5).
pub struct Media(DeviceFiles);

impl Media {
    pub async fn open(mux: &Usbmux, who: &Attached) -> Result<Media> {
        let mut live = session(mux, who).await?;
        let afc = Afc::new(live.lockdown.start_service(service::AFC, false).await?);
        Ok(Media(DeviceFiles::new(afc, "", live)))
    }
}

impl Deref for Media {
    type Target = DeviceFiles;

    fn deref(&self) -> &DeviceFiles {
        &self.0
    }
}

/// The documents an app shares with computers (`protocol.md` 2.6).
pub struct Documents(DeviceFiles);

impl Documents {
    /// Opens an app's documents; [`Error::NoDocuments`] for an app that shares none.
    pub async fn open(mux: &Usbmux, who: &Attached, bundle: &str) -> Result<Documents> {
        let doing = "opening an app's documents";
        let mut live = session(mux, who).await?;
        let mut plists = Plists { socket: live.lockdown.start_service(service::HOUSE_ARREST, false).await? };
        let request = dictionary([("Command", "VendDocuments".into()), ("Identifier", bundle.into())]);
        let answer = within(PATIENCE, doing, async {
            plists.send(&Value::Dictionary(request), doing).await?;
            plists.receive(doing).await?.into_dictionary().ok_or(Error::Unexpected { doing })
        });
        let answer = answer.await?;
        let text = |key: &str| answer.get(key).and_then(Value::as_string);
        match (text("Error"), text("Status")) {
            (Some("ApplicationLookupFailed" | "InstallationLookupFailed"), _) => {
                Err(Error::NoDocuments { bundle: bundle.to_string() })
            }
            (Some(reason), _) => Err(refused("an app's documents", reason)),
            (None, Some("Complete")) => Ok(Documents(DeviceFiles::new(Afc::new(plists.socket), "/Documents", live))),
            (None, _) => Err(Error::Unexpected { doing }),
        }
    }
}

impl Deref for Documents {
    type Target = DeviceFiles;

    fn deref(&self) -> &DeviceFiles {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn paths_stay_below_the_root() {
        let tree = Tree { afc: Afc::new(Box::new(tokio::io::duplex(1).0)), root: "/Documents" };
        assert_eq!(tree.inside("/").unwrap(), "/Documents/");
        assert_eq!(tree.inside("a//b/").unwrap(), "/Documents/a/b");
        for bad in ["/../x", "a/../..", "./a", "a\0b", &"x".repeat(5000)] {
            assert!(matches!(tree.inside(bad), Err(Error::BadPath { .. })), "{bad:?}");
        }
    }
}
