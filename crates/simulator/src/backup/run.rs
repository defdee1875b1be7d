//! One backup, from the passcode to the verdict (`protocol.md` 2.7.9).

use super::host::Host;
use super::memory::{Made, Snapshot, uuid_of};
use super::misbehave::misbehave;
use super::plists::{self, State};
use super::survey::{Survey, survey};
use super::upload::{self, Own};
use super::{Ended, HOST_FULL, Step, broken, content_path, passcode, resume, verify};
use crate::device::Device;
use crate::{BackupSummary, Profile};
use plist::{Dictionary, Value};
use sha1::{Digest, Sha1};
use std::io;
use std::sync::Arc;

/// Pairs or paths in one message.
const LIST: usize = 128;
/// What the host must have free beyond the files (`protocol.md` 2.7.12), and what a purge asks for on top.
const SPARE: u64 = 128 << 20;
const PURGE_EXTRA: u64 = 2 << 30;

pub(super) async fn back_up(
    device: &Arc<Device>,
    host: &mut Host,
    forced: bool,
    summary: &mut BackupSummary,
) -> Step<()> {
    passcode::ask(device, host).await?;
    let sealing = device.vault.sealing();
    let bag = sealing.as_ref().map(|sealing| sealing.id()).unwrap_or_default();
    let base = older_snapshot(device, host, &bag, forced).await?;
    misbehave(device, host).await?;
    let folder = tempfile::tempdir_in(&device.home).map_err(broken)?;
    let mut survey = {
        let (device, base, unreadable) = (device.clone(), base.clone(), host.faults.unreadable.clone());
        let path = folder.path().to_owned();
        let look = move || survey(&device, sealing, base.as_ref(), &unreadable, &path);
        tokio::task::spawn_blocking(look).await.map_err(broken)??
    };
    let attempt = attempt(device, base.as_ref(), &bag);
    let resumes = !forced && resume::left_by(host, &device.persona.udid, &attempt).await?;
    let mut kept = 0;
    if resumes {
        (survey.present, kept) = resume::present(host, &device.persona.udid, &survey).await?;
    }
    let resumed = survey.present.len() as u64;
    *summary = BackupSummary {
        full: base.is_none(),
        encrypted: !bag.is_empty(),
        files: survey.files - resumed,
        bytes: survey.bytes - kept,
        resumed,
        removed: survey.removed,
        ..BackupSummary::default()
    };
    let (number, uuid) = device.memory.next(device.options.seed);
    let backup = Backup {
        device,
        survey: Arc::new(survey),
        full: base.is_none(),
        resumes,
        attempt,
        number,
        uuid,
        bag,
        now: device.now(),
        manifest_plist: Vec::new(),
    };
    backup.run(host).await
}

/// Names a backup by all that decides its files: two attempts of the same name send the same bytes.
fn attempt(device: &Device, base: Option<&Snapshot>, bag: &str) -> String {
    let (number, _) = device.memory.next(device.options.seed);
    let base = base.map_or("", |base| base.uuid.as_str());
    let contents = device.contents();
    uuid_of(&format!(
        "attempt {number} on day {} from {base:?} with {bag:?} of {:?}",
        contents.day(),
        contents.options()
    ))
}

/// The snapshot the host has, if the phone remembers it and the host returns it whole; `None` calls for a full backup.
async fn older_snapshot(device: &Device, host: &mut Host, bag: &str, forced: bool) -> Step<Option<Snapshot>> {
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
    if snapshot.bag != bag {
        // Another password, or none: nothing the host has is of use.
        return Ok(None);
    }
    let expected = [(path("Manifest.plist"), snapshot.manifest_plist), (path("Manifest.db"), snapshot.manifest_db)];
    verify::unchanged(host, &expected, 0.0).await?;
    Ok(Some(snapshot))
}

/// A backup that knows what to send.
struct Backup<'a> {
    device: &'a Arc<Device>,
    survey: Arc<Survey>,
    full: bool,
    /// Whether `Snapshot` of the host is of this attempt.
    resumes: bool,
    attempt: String,
    number: u64,
    uuid: String,
    bag: String,
    now: i64,
    manifest_plist: Vec<u8>,
}

impl Backup<'_> {
    async fn run(mut self, host: &mut Host) -> Step<()> {
        self.manifest_plist = plists::manifest(self.device, self.survey.sealing.as_deref()).map_err(broken)?;
        self.wants_space(host).await?;
        let older = match self.full {
            true => verify::content_folders(&host.list(&self.path("")).await?),
            false => Vec::new(),
        };
        if !self.resumes {
            host.remove(vec![self.path("Snapshot").into()], 0.0).await?;
        }
        self.make_folders(host, "Snapshot/").await?;
        self.set_state(host, State::Uploading, 1.0).await?;
        upload::contents(self.device, host, &self.survey).await?;
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
        let manifest = self.survey.sent_manifest_db().metadata().map_err(broken)?.len();
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
        let uuid = if state == State::Uploading { &self.attempt } else { &self.uuid };
        plists::status(uuid, self.now, self.full, state).map_err(broken)
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
            (self.path("Snapshot/Manifest.db"), Own::File(self.survey.sent_manifest_db())),
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
        let db = self.survey.sent_manifest_db();
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
            verify::sample(self.device, host, &self.survey).await?;
        }
        let survey = self.survey;
        let list = tokio::task::spawn_blocking(move || survey.list()).await.map_err(broken)?.map_err(broken)?;
        let made = Made { number: self.number, uuid: self.uuid, bag: self.bag, manifest_db, manifest_plist };
        self.device.memory.keep(made, &list).map_err(broken)
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
