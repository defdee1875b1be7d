//! Devices on the network: what is remembered of each, and the search for them.

use super::{Source, heard};
use crate::api::{ApiError, Event, Result, Topic};
use crate::library::all_versions;
use crate::{Config, Engine, json_file};
use device::{Interfaces, KnownDevice, Usbmux};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Changes come in bunches: the search is begun anew once they have calmed down.
const SETTLED: Duration = Duration::from_secs(2);

/// What is remembered of devices on the network, in `network.json`.
pub struct Network {
    path: PathBuf,
    known: Mutex<BTreeMap<String, Remembered>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Remembered {
    /// What it calls itself, where its pair record says something else.
    mac: Option<String>,
    /// Whether it was told to answer over Wi-Fi.
    enabled: Option<bool>,
}

impl Network {
    pub fn open(data: &Path) -> Network {
        let path = data.join("network.json");
        let known = Mutex::new(json_file::read(&path).unwrap_or_default());
        Network { path, known }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Remembered>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn mac(&self, udid: &str) -> Option<String> {
        self.known().get(udid)?.mac.clone()
    }

    pub fn enabled(&self, udid: &str) -> Option<bool> {
        self.known().get(udid)?.enabled
    }

    /// Devices that were told to answer over Wi-Fi.
    fn all_enabled(&self) -> BTreeSet<String> {
        let known = self.known();
        known.iter().filter(|(_, device)| device.enabled == Some(true)).map(|(udid, _)| udid.clone()).collect()
    }

    /// What a device said of Wi-Fi.
    pub fn told(&self, udid: &str, enabled: Option<bool>) {
        if enabled.is_some() {
            self.change(udid, |remembered| remembered.enabled = enabled);
        }
    }

    /// What a device calls itself on the network.
    pub fn learnt(&self, udid: &str, mac: String) {
        self.change(udid, |remembered| remembered.mac = Some(mac));
    }

    /// A small file, written whole; losing it costs a trial at the next search.
    fn change(&self, udid: &str, change: impl FnOnce(&mut Remembered)) {
        let mut known = self.known();
        let before = known.get(udid).cloned();
        let entry = known.entry(udid.to_string()).or_default();
        change(entry);
        if before.as_ref() == Some(entry) {
            return;
        }
        if let Err(error) = json_file::write(&self.path, &*known) {
            tracing::info!(%error, "what was learnt of the network is not kept");
        }
    }
}

/// Pretend devices show themselves on the loopback interface only.
pub fn interfaces(config: &Config) -> Interfaces {
    let named = config.usbmuxd.is_some() || std::env::var_os("USBMUXD_SOCKET_ADDRESS").is_some();
    if named { Interfaces::WithLoopback } else { Interfaces::Outside }
}

/// Searches the network for the devices that trust this computer, as long as the engine runs.
pub fn watch(engine: &Engine, mux: Usbmux) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let mut events = engine.events();
        let stopping = engine.0.stopping.clone();
        let (mut searched, mut search) = (Vec::new(), None);
        let mut kept = udids_kept(&engine).await.unwrap_or_default();
        loop {
            let known = paired(&engine, &mux, &kept).await;
            if known != searched {
                searched = known.clone();
                // The one before ends when it is dropped.
                search = (!known.is_empty()).then(|| begin(&engine, &mux, known).drop_guard());
            }
            let versions = tokio::select! {
                () = stopping.cancelled() => return drop(search),
                versions = next_change(&mut events) => match versions {
                    Some(versions) => versions,
                    None => return,
                },
            };
            tokio::time::sleep(SETTLED).await;
            if versions {
                kept = udids_kept(&engine).await.unwrap_or(kept);
            }
        }
    });
}

/// Waits for something that may make another device worth looking for; `true` when versions changed.
async fn next_change(events: &mut tokio::sync::broadcast::Receiver<Event>) -> Option<bool> {
    loop {
        match events.recv().await {
            Ok(Event::Changed(Topic::Versions)) | Err(RecvError::Lagged(_)) => return Some(true),
            Ok(Event::Changed(Topic::Devices)) => return Some(false),
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Devices of which there are versions.
async fn udids_kept(engine: &Engine) -> Result<BTreeSet<String>> {
    let own = engine.clone();
    crate::api::blocking(move || {
        let (versions, _) = all_versions(&own, None)?;
        Ok(versions.into_iter().map(|version| version.udid).collect())
    })
    .await
}

/// Those that trust this computer, of the devices kept, of those attached and of those that were told to answer over Wi-Fi.
async fn paired(engine: &Engine, mux: &Usbmux, kept: &BTreeSet<String>) -> Vec<KnownDevice> {
    let mut udids = engine.0.network.all_enabled();
    udids.extend(engine.0.devices.trusting());
    udids.extend(kept.iter().cloned());
    let mut known = Vec::new();
    for udid in &udids {
        match device::known_device(mux, udid).await {
            Ok(Some(mut device)) => {
                device.mac = engine.0.network.mac(udid).or(device.mac);
                known.push(device);
            }
            Ok(None) => {}
            Err(error) => {
                let error = ApiError::from(error);
                tracing::debug!(%error, "a device is not looked for on the network");
            }
        }
    }
    known
}

fn begin(engine: &Engine, mux: &Usbmux, known: Vec<KnownDevice>) -> CancellationToken {
    let cancel = CancellationToken::new();
    let mut found = device::wireless_over(mux, known, interfaces(&engine.0.config), cancel.clone());
    let (engine, mux, ended) = (engine.clone(), mux.clone(), cancel.clone());
    engine.0.devices.clear(Source::Network);
    tokio::spawn(async move {
        while let Some(Some(event)) = ended.run_until_cancelled(found.recv()).await {
            heard(&engine, &mux, Source::Network, event);
        }
    });
    cancel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learnt_is_there_the_next_time() {
        let data = tempfile::tempdir().unwrap();
        let network = Network::open(data.path());
        network.learnt("U", "aa:bb".into());
        network.told("U", Some(true));
        network.told("U", None);
        let again = Network::open(data.path());
        assert_eq!((again.mac("U").as_deref(), again.enabled("U")), (Some("aa:bb"), Some(true)));
        assert_eq!(again.mac("V"), None);
        assert_eq!(again.all_enabled(), BTreeSet::from(["U".to_string()]));
    }
}
