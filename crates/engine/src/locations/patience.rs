//! Asking a volume that may never answer: on a thread of its own, for so long and no longer.
//!
//! A dead server or a pulled cable leaves whoever asks waiting in the system, where nothing can wake him. He is left there;
//! until he comes back nobody else is sent after him.

use super::why;
use crate::api::{ApiError, Result, Topic};
use crate::jobs::Run;
use crate::{Engine, api};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use store::VolumeKind;

/// How long a location may take, for what the window shows: it asks again by itself when the answer comes late.
const TO_SHOW: Duration = Duration::from_secs(6);
/// For what a person has started: disks of a server may have to spin up.
const TO_START: Duration = Duration::from_secs(30);
/// How long after an answer a location is asked again, while a cancelled job still waits for it.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// While somebody waits there already.
const AFTER_SILENCE: Duration = Duration::from_millis(200);

/// What the answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    ToShow,
    ToStart,
}

/// How many wait at a location that has not answered in time.
#[derive(Default)]
pub struct Silent(Mutex<BTreeMap<PathBuf, usize>>);

impl Silent {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, location: &Path) -> bool {
        self.lock().contains_key(location)
    }
}

/// Who was given up on, and whether he has come back meanwhile: whichever is noted first counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Awaited,
    Back,
    GivenUp,
}

/// Runs `work`, which asks the volume of `location`; fails with the code of a silent one when it takes too long, as that
/// of a disk of this computer never does. Blocking, but not for ever.
pub fn within<T: Send + 'static>(
    engine: &Engine,
    location: &Path,
    patience: Patience,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if !may_be_silent(engine, location) {
        return work();
    }
    let wait = match patience {
        _ if engine.0.seen.silent.is(location) => AFTER_SILENCE,
        Patience::ToShow => TO_SHOW,
        Patience::ToStart => TO_START,
    };
    let (tell, answer) = mpsc::sync_channel(1);
    let fate = Arc::new(Mutex::new(Fate::Awaited));
    let (own, place, his) = (engine.clone(), location.to_path_buf(), Arc::clone(&fate));
    let asked = std::thread::Builder::new().name("location".into()).spawn(move || {
        // A panic must be told as one, and must not leave the location silent for good.
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        let _ = tell.send(answered);
        let mut fate = his.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *fate, Fate::Back) == Fate::GivenUp {
            came_back(&own, &place);
        }
    });
    if let Err(error) = asked {
        return Err(ApiError::io(location, &error));
    }
    if let Ok(answered) = answer.recv_timeout(wait) {
        return answered.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
    let mut fate = fate.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::replace(&mut *fate, Fate::GivenUp) == Fate::Awaited {
        *engine.0.seen.silent.lock().entry(location.to_path_buf()).or_default() += 1;
        tracing::warn!(location = %location.display(), "the location does not answer");
    }
    Err(why(engine, location, &api::ApiError::io(location, &io::ErrorKind::TimedOut.into())))
}

/// Sees `work`, a job that uses these locations, to its end; but when the person has cancelled it and one of them does not
/// answer, it fails at once with the code of a silent one.
///
/// The work then goes on by itself until its threads are back, and holds meanwhile what it has locked: nobody else writes
/// to the same view of a store before that.
pub async fn unless_silent<T: Send + 'static>(
    engine: &Engine,
    locations: &[&Path],
    run: &Run,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let mut working = tokio::spawn(work);
    let silent = async {
        run.token().cancelled_owned().await;
        loop {
            for location in locations {
                if let Some(error) = silence(engine, location).await {
                    return error;
                }
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    };
    let error = tokio::select! {
        biased;
        done = &mut working => return done.unwrap_or_else(|failed| Err(api::bug(failed))),
        error = silent => error,
    };
    tracing::warn!(%error, "a cancelled job is left waiting for its location");
    tokio::spawn(async move {
        match working.await.unwrap_or_else(|failed| Err(api::bug(failed))) {
            Ok(_) => tracing::info!("what was left waiting for its location ended well"),
            Err(error) => tracing::info!(%error, "what was left waiting for its location ended"),
        }
    });
    Err(error)
}

/// What to tell of a location that does not answer now; `None` when it does, well or not.
async fn silence(engine: &Engine, location: &Path) -> Option<ApiError> {
    let (own, place) = (engine.clone(), location.to_path_buf());
    let ask = move || {
        let patience = match own.0.seen.mounted(&place).kind {
            // A disk that is busy with what was written takes its time.
            VolumeKind::Removable => Patience::ToStart,
            _ => Patience::ToShow,
        };
        // A name that was never asked for: no cache answers in the place of the volume.
        let name = place.join(uuid::Uuid::new_v4().to_string());
        within(&own, &place, patience, move || {
            let _ = std::fs::symlink_metadata(name);
            Ok(())
        })
    };
    tokio::task::spawn_blocking(ask).await.ok()?.err()
}

fn came_back(engine: &Engine, location: &Path) {
    let mut silent = engine.0.seen.silent.lock();
    let left = silent.get(location).copied().unwrap_or(0).saturating_sub(1);
    match left {
        0 => drop(silent.remove(location)),
        left => drop(silent.insert(location.to_path_buf(), left)),
    }
    drop(silent);
    if left == 0 {
        tracing::info!(location = %location.display(), "the location answers again");
        for topic in [Topic::Locations, Topic::Versions, Topic::Devices] {
            engine.changed(topic);
        }
    }
}

/// A disk that is built in answers or fails; whatever else may do neither.
fn may_be_silent(engine: &Engine, location: &Path) -> bool {
    !matches!(engine.0.seen.mounted(location).kind, VolumeKind::Disk | VolumeKind::Memory)
}
