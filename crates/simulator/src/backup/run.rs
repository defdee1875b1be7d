//! One backup, from the passcode to the verdict (`protocol.md` 2.7.9).

use super::host::{Host, empty};
use super::memory::Snapshot;
use super::plists::{self, State};
use super::survey::{Survey, survey};
use super::upload::{self, Own};
use super::{Ended, Step, broken, content_path, verify};
use crate::device::Device;
use crate::screen::Answer;
use crate::{BackupSummary, Profile};
use plist::{Dictionary, Value};
use sha1::{Digest, Sha1};
use std::io;
use std::sync::Arc;
use wire::devicelink as dl;
use wire::lockdown::notification::{PASSCODE_DISMISSED, PASSCODE_PRESENTED};

/// Pairs or paths in one message.
const LIST: usize = 128;
/// What the host must have free beyond the files (`protocol.md` 2.7.12), and what a purge asks for on top.
const SPARE: u64 = 128 << 20;
const PURGE_EXTRA: u64 = 2 << 30;
/// Apple's numbers (`protocol.md` 2.7.7).
const GENERIC: i64 = 1;
const HOST_FULL: i64 = 105;
const LOCKED: i64 = 208;

pub(super) async fn back_up(
    device: &Arc<Device>,
    host: &mut Host,
    forced: bool,
    summary: &mut BackupSummary,
) -> Step<()> {
    unlock(device, host).await?;
    let base = older_snapshot(device, host, forced).await?;
    misbehave(device, host).await?;
    let folder = tempfile::tempdir_in(&device.home).map_err(broken)?;
    let survey = {
        let (device, base, unreadable) = (device.clone(), base.clone(), host.faults.unreadable.clone());
        let path = folder.path().to_owned();
        let look = move || survey(&device, base.as_ref(), &unreadable, &path);
        Arc::new(tokio::task::spawn_blocking(look).await.map_err(broken)??)
    };
    *summary = BackupSummary {
        full: base.is_none(),
        files: survey.files,
        bytes: survey.bytes,
        removed: survey.removed,
        ..BackupSummary::default()
    };
    Backup::new(device, base.is_none(), &survey)?.run(host).await
}

/// Waits for the passcode; a host that leaves meanwhile ends the wait.
async fn unlock(device: &Device, host: &mut Host) -> Step<()> {
    if device.is_locked() {
        return Err(Ended::failed(LOCKED, "the phone is locked"));
    }
    device.post(PASSCODE_PRESENTED);
    let answer = tokio::select! {
        answer = device.screen.ask_for_passcode() => Ok(answer),
        () = host.left() => Err(Ended::Gone),
        () = tokio::time::sleep(device.options.passcode_timeout) => Ok(Answer::No),
    };
    device.post(PASSCODE_DISMISSED);
    match answer? {
        Answer::Yes => Ok(()),
        _ => Err(Ended::failed(LOCKED, "the passcode was not entered")),
    }
}

/// The snapshot the host has, if the phone remembers it and the host returns it whole; `None` calls for a full backup.
async fn older_snapshot(device: &Device, host: &mut Host, forced: bool) -> Step<Option<Snapshot>> {
    let udid = &device.persona.udid;
    let path = |name: &str| format!("{udid}/{name}");
    let [status, _] = verify::plists(host, [path("Status.plist"), path("Manifest.plist")]).await?;
    let status = status.and_then(|bytes| wire::frame::decode(&bytes).ok()).and_then(Value::into_dictionary);
    let Some(status) = status.filter(|_| !forced) else { return Ok(None) };
    let field = |key| status.get(key).and_then(Value::as_string);
    if field("SnapshotState") != Some("finished") {
        return Ok(None);
    }
    let Some(snapshot) = field("UUID").and_then(|uuid| device.memory.find(uuid)) else { return Ok(None) };
    let expected = [(path("Manifest.plist"), snapshot.manifest_plist), (path("Manifest.db"), snapshot.manifest_db)];
    verify::unchanged(host, &expected, 0.0).await?;
    Ok(Some(snapshot))
}

/// The faults that come before the files.
async fn misbehave(device: &Device, host: &mut Host) -> Step<()> {
    if host.faults.purge {
        host.ask(vec!["DLMessagePurgeDiskSpace".into(), PURGE_EXTRA.into(), Value::from(4)]).await?;
    }
    if host.faults.unknown_message
        && host.ask(vec!["DLMessageNobodyKnows".into(), empty()]).await?.code == dl::status::OK
    {
        return Err(Ended::failed(GENERIC, "the host claims to know an unknown message"));
    }
    for wild in host.faults.wild_paths.clone() {
        let sent = host.download(std::slice::from_ref(&wild), 0.0, &mut |_, _| {}).await?;
        let made = host.make_folder(&wild).await?;
        if sent[0].is_ok() || made.code == dl::status::OK {
            return Err(Ended::failed(GENERIC, format!("the host serves {wild:?}")));
        }
    }
    tracing::debug!(udid = device.persona.udid, "asking for a backup");
    Ok(())
}

/// A backup that knows what to send.
struct Backup<'a> {
    device: &'a Arc<Device>,
    survey: &'a Arc<Survey>,
    full: bool,
    snapshot: (u64, String),
    now: i64,
    manifest_plist: Vec<u8>,
}

impl<'a> Backup<'a> {
    fn new(device: &'a Arc<Device>, full: bool, survey: &'a Arc<Survey>) -> Step<Backup<'a>> {
        let snapshot = device.memory.next(device.options.seed);
        let manifest_plist = plists::manifest(device).map_err(broken)?;
        Ok(Backup { device, survey, full, snapshot, now: device.now(), manifest_plist })
    }

    async fn run(self, host: &mut Host) -> Step<()> {
        self.wants_space(host).await?;
        let older = match self.full {
            true => verify::content_folders(&host.list(&self.path("")).await?),
            false => Vec::new(),
        };
        host.remove(vec![self.path("Snapshot").into()], 0.0).await?;
        self.make_folders(host, "Snapshot/").await?;
        self.set_state(host, State::Uploading, 1.0).await?;
        upload::contents(self.device, host, self.survey).await?;
        self.send_manifest(host).await?;
        self.set_state(host, State::Moving, 91.0).await?;
        self.move_files(host).await?;
        self.set_state(host, State::Removing, 97.0).await?;
        self.remove_vanished(host, &older).await?;
        self.set_state(host, State::Finished, 99.0).await?;
        host.remove(vec![self.path("Snapshot").into()], 99.0).await?;
        self.verify(host).await
    }

    /// A path in the device's folder.
    fn path(&self, below: &str) -> String {
        let udid = &self.device.persona.udid;
        if below.is_empty() { udid.clone() } else { format!("{udid}/{below}") }
    }

    fn is_chatty(&self) -> bool {
        self.device.options.profile == Profile::Chatty
    }

    async fn wants_space(&self, host: &mut Host) -> Step<()> {
        let manifest = self.survey.manifest_db().metadata().map_err(broken)?.len();
        let needed = self.survey.bytes + manifest + SPARE;
        let mut free = host.free_space().await?;
        if free < needed && self.is_chatty() {
            let purge = needed - free + PURGE_EXTRA;
            host.ask(vec!["DLMessagePurgeDiskSpace".into(), purge.into(), Value::from(4)]).await?;
            free = host.free_space().await?;
        }
        if free < needed {
            return Err(Ended::failed(HOST_FULL, format!("{needed} bytes are needed, {free} are free")));
        }
        Ok(())
    }

    async fn make_folders(&self, host: &mut Host, below: &str) -> Step<()> {
        let first = self.path(below.trim_end_matches('/'));
        host.make_folder(&first).await?.expect(100, "making a folder")?;
        for (number, _) in self.survey.folders.iter().enumerate().filter(|(_, used)| **used) {
            let folder = self.path(&format!("{below}{number:02x}"));
            host.make_folder(&folder).await?.expect(100, "making a folder")?;
        }
        Ok(())
    }

    fn status(&self, state: State) -> Step<Vec<u8>> {
        plists::status(&self.snapshot.1, self.now, self.full, state).map_err(broken)
    }

    /// Sends Status.plist; from the moving on it takes the place of the older one, so that a cut backup does not look whole.
    async fn set_state(&self, host: &mut Host, state: State, percent: f64) -> Step<()> {
        let snapshot = self.path("Snapshot/Status.plist");
        let files = vec![(snapshot.clone(), Own::Bytes(self.status(state)?))];
        upload::own_files(self.device, host, percent, files).await?;
        if state == State::Uploading {
            return Ok(());
        }
        if self.is_chatty() && state == State::Removing {
            return host.copy(&snapshot, &self.path("Status.plist")).await;
        }
        let moves = [(snapshot, Value::from(self.path("Status.plist")))];
        host.rename(moves.into_iter().collect(), percent).await
    }

    async fn send_manifest(&self, host: &mut Host) -> Step<()> {
        let files = vec![
            (self.path("Snapshot/Manifest.db"), Own::File(self.survey.manifest_db())),
            (self.path("Snapshot/Manifest.plist"), Own::Bytes(self.manifest_plist.clone())),
        ];
        upload::own_files(self.device, host, 91.0, files).await
    }

    async fn move_files(&self, host: &mut Host) -> Step<()> {
        self.make_folders(host, "").await?;
        let mut changed = self.survey.changed().map_err(broken)?;
        let mut moved = 0;
        loop {
            let ids = changed.some(LIST).map_err(broken)?;
            if ids.is_empty() {
                break;
            }
            moved += ids.len();
            let pair = |id| {
                let path = content_path(id);
                (self.path(&format!("Snapshot/{path}")), Value::from(self.path(&path)))
            };
            let percent = 91.0 + 6.0 * moved as f64 / self.survey.files.max(1) as f64;
            host.rename(ids.iter().map(pair).collect(), percent.min(97.0)).await?;
        }
        let own = ["Manifest.db", "Manifest.plist"];
        let pair = |name: &str| (self.path(&format!("Snapshot/{name}")), Value::from(self.path(name)));
        let moves: Dictionary = own.into_iter().map(pair).collect();
        host.rename(moves, 97.0).await
    }

    /// Removes what the phone has no more, and in a full backup what an older one left.
    async fn remove_vanished(&self, host: &mut Host, older: &[String]) -> Step<()> {
        let mut removed = self.survey.removed().map_err(broken)?;
        loop {
            let ids = removed.some(LIST).map_err(broken)?;
            if ids.is_empty() {
                break;
            }
            host.remove(ids.iter().map(|id| self.path(&content_path(id)).into()).collect(), 98.0).await?;
        }
        for folder in older {
            let left = verify::leftovers(host, &self.device.persona.udid, folder, self.survey.manifest_db()).await?;
            for some in left.chunks(LIST) {
                host.remove(some.to_vec(), 98.0).await?;
            }
        }
        Ok(())
    }

    /// The host must give back what it was sent; then the phone remembers the snapshot.
    async fn verify(self, host: &mut Host) -> Step<()> {
        let db = self.survey.manifest_db();
        let manifest_db = tokio::task::spawn_blocking(move || hash_of(&db)).await.map_err(broken)?.map_err(broken)?;
        let manifest_plist = Sha1::digest(&self.manifest_plist).into();
        let expected = [
            (self.path("Status.plist"), Sha1::digest(self.status(State::Finished)?).into()),
            (self.path("Manifest.plist"), manifest_plist),
            (self.path("Manifest.db"), manifest_db),
        ];
        verify::unchanged(host, &expected, 100.0).await?;
        if self.is_chatty() {
            verify::all_present(self.device, host, self.survey.manifest_db()).await?;
            host.free_space().await?;
        }
        if self.device.options.check {
            verify::sample(self.device, host, self.survey).await?;
        }
        let list = self.survey.list();
        self.device.memory.keep(self.snapshot, manifest_db, manifest_plist, &list).map_err(broken)
    }
}

fn hash_of(path: &std::path::Path) -> io::Result<[u8; 20]> {
    let mut hash = Sha1::new();
    let mut file = std::fs::File::open(path)?;
    let mut block = vec![0; 1 << 18];
    loop {
        match io::Read::read(&mut file, &mut block)? {
            0 => return Ok(hash.finalize().into()),
            count => hash.update(&block[..count]),
        }
    }
}
