//! Who is at work in a store: backups for a clean-up, a clean-up for backups.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::error::at;
use crate::fault::point;
use crate::layout::check_udid;
use crate::lease::{self, CLEAN_UP, Found, Lease, LocalLock, STALE};
use crate::store::names_in;
use crate::{Error, Result, Store};

/// How long a backup waits for a clean-up to notice it and give way.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 60_000 });

/// Looks at the leases of a store, from this computer.
pub(crate) struct Writers<'a> {
    store: &'a Store,
    sessions: PathBuf,
    computer: Uuid,
    /// The lease of whoever looks, renewed every minute: its time is the clock of the volume.
    own: PathBuf,
}

impl<'a> Writers<'a> {
    /// For the holder of the lease `own`, a device's name or [`CLEAN_UP`].
    pub fn new(store: &'a Store, sessions: &Path, own: &str) -> Result<Writers<'a>> {
        let (computer, own) = (lease::computer(sessions)?, store.0.layout.lease(own));
        Ok(Writers { store, sessions: sessions.to_path_buf(), computer, own })
    }

    /// Who holds the lease of a device, if anybody does.
    pub fn at_work(&self) -> Result<Option<String>> {
        for name in names_in(&self.store.0.layout.leases())? {
            let udid = name.strip_suffix(".json").filter(|udid| *udid != CLEAN_UP && check_udid(udid).is_ok());
            if let Some(udid) = udid
                && let Some(holder) = self.holder(udid)?
            {
                return Ok(Some(holder));
            }
        }
        Ok(None)
    }

    /// Who holds this lease; `None` when nobody does any more.
    fn holder(&self, udid: &str) -> Result<Option<String>> {
        let path = self.store.0.layout.lease(udid);
        let found = lease::read(&path)?;
        let live = match &found {
            Found::Nothing => false,
            Found::Holder(holder) if holder.computer == self.computer => {
                LocalLock::try_take(&self.sessions, self.store.id(), udid)?.is_none()
            }
            Found::Holder(holder) => holder.is_fresh() || self.written_lately(&path),
            Found::Unclear => self.written_lately(&path),
        };
        let holder = |found| match found {
            Found::Holder(holder) => holder.host,
            Found::Nothing | Found::Unclear => "another computer".into(),
        };
        Ok(live.then(|| holder(found)))
    }

    /// Whether a lease was renewed by the clock of the volume: those of two computers may differ.
    fn written_lately(&self, path: &Path) -> bool {
        let written = fs::symlink_metadata(path).and_then(|about| about.modified());
        match (written, self.volume_now()) {
            // Written after our own was: just now.
            (Ok(written), Ok(now)) => {
                now.duration_since(written).map_or(true, |age| age.as_millis() < u128::from(STALE))
            }
            _ => true,
        }
    }

    fn volume_now(&self) -> Result<SystemTime> {
        fs::symlink_metadata(&self.own).and_then(|about| about.modified()).map_err(at(&self.own))
    }

    /// The time by the clock of the volume, to a minute, in Unix milliseconds.
    pub fn volume_time(&self) -> Result<i64> {
        let since = self.volume_now()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Store {
    /// Who writes to the store now, here or on another computer, if anybody does; `sessions` is the folder given to
    /// [`Store::begin`].
    pub fn writer(&self, sessions: &Path) -> Result<Option<String>> {
        fs::create_dir_all(sessions).map_err(at(sessions))?;
        Writers::new(self, sessions, CLEAN_UP)?.at_work()
    }

    /// The lease of a clean-up, with nobody else at work.
    ///
    /// Fails with [`Error::StoreBusy`] while a session or another clean-up is.
    pub(crate) fn alone(&self, sessions: &Path) -> Result<(Lease, Writers<'_>)> {
        fs::create_dir_all(sessions).map_err(at(sessions))?;
        let taken = Lease::take(&self.0.layout, sessions, self.id(), CLEAN_UP, Uuid::new_v4());
        let lease = taken.map_err(|error| match error {
            Error::DeviceBusy { holder, .. } => Error::StoreBusy { holder },
            other => other,
        })?;
        point("clean-up begun");
        let writers = Writers::new(self, sessions, CLEAN_UP)?;
        match writers.at_work()? {
            Some(holder) => Err(Error::StoreBusy { holder }),
            None => Ok((lease, writers)),
        }
    }

    /// Returns when no clean-up is at work. The caller has written its own lease for `udid` before, which makes a
    /// clean-up end.
    ///
    /// Fails with [`Error::StoreBusy`] when it does not within a minute.
    pub(crate) fn wait_for_clean_up(&self, sessions: &Path, udid: &str) -> Result<()> {
        let since = Instant::now();
        let writers = Writers::new(self, sessions, udid)?;
        while let Some(holder) = writers.holder(CLEAN_UP)? {
            if since.elapsed() > PATIENCE {
                return Err(Error::StoreBusy { holder });
            }
            std::thread::sleep(PATIENCE / 100);
        }
        Ok(())
    }
}
