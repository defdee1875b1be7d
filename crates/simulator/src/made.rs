//! Phones made once and copied: making a key and contents takes seconds, and a run of tests starts many phones that are alike.

use crate::{DeviceOptions, Error, Options, Result, Simulator};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Fills the new folder `state` with what [`Simulator::start`] would make there for this phone, from one that this very build of
/// the running program keeps in `kept`, a folder of its own; what its other builds kept there goes.
pub async fn copy_made(kept: &Path, device: &DeviceOptions, state: &Path) -> Result<()> {
    let (kept, device, state) = (kept.to_owned(), device.clone(), state.to_owned());
    let runtime = tokio::runtime::Handle::current();
    let copied = tokio::task::spawn_blocking(move || copy_folder(&made(&kept, device, &runtime)?, &state)).await;
    copied.map_err(|_| Error::Stopped)?
}

/// Copies a folder with all below it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(Error::io(to))?;
    for entry in fs::read_dir(from).map_err(Error::io(from))? {
        let entry = entry.map_err(Error::io(from))?;
        let to = to.join(entry.file_name());
        if entry.file_type().map_err(Error::io(from))?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).map_err(Error::io(&to))?;
        }
    }
    Ok(())
}

/// The kept state of a phone; made now where there is none. One program at a time.
fn made(kept: &Path, device: DeviceOptions, runtime: &tokio::runtime::Handle) -> Result<PathBuf> {
    let program = std::env::current_exe().map_err(Error::io(kept))?;
    let built = program.metadata().and_then(|about| about.modified()).map_err(Error::io(&program))?;
    let built = built.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let current = kept.join(built.to_string());
    fs::create_dir_all(kept).map_err(Error::io(kept))?;
    let lock = kept.join("lock");
    let lock = File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(Error::io(&lock))?;
    for other in fs::read_dir(kept).map_err(Error::io(kept))?.flatten().map(|entry| entry.path()) {
        if other != current && other.is_dir() {
            fs::remove_dir_all(&other).map_err(Error::io(&other))?;
        }
    }
    let state = current.join(format!("{}-{}", device.seed, device.scale));
    if !state.exists() {
        let half = current.join("half");
        let _ = fs::remove_dir_all(&half);
        let plain = DeviceOptions { seed: device.seed, scale: device.scale, ..DeviceOptions::default() };
        drop(runtime.block_on(Simulator::start(Options { devices: vec![plain], ..Options::new(&half) }))?);
        fs::rename(&half, &state).map_err(Error::io(&state))?;
    }
    drop(lock);
    Ok(state)
}
