//! Answers to the commands about devices, locations, versions, settings and jobs.

use super::{all_versions, known_locations, list, location_for, open_store};
use crate::Engine;
use crate::api::browse::Settings;
use crate::api::devices::{AppState, Device, DeviceRequest, Nothing, Trust};
use crate::api::jobs::{Job, JobRequest};
use crate::api::locations::{Location, LocationRequest};
use crate::api::sealing::{SealedVersion, Sealing};
use crate::api::versions::{VersionSummary, Versions, VersionsRequest};
use crate::api::{ApiError, Code, Result, Topic, blocking, whole_path};
use crate::locations::{Patience, try_out, within};
use std::collections::BTreeSet;
use std::path::Path;
use store::Store;

pub async fn app_state(engine: &Engine, _: Nothing) -> Result<AppState> {
    Ok(AppState {
        release: env!("CARGO_PKG_VERSION").to_string(),
        stream_base: engine.0.stream.base(),
        usbmuxd: engine.0.devices.usbmuxd(),
        pretend: engine.0.pretend.udid(),
    })
}

pub async fn get_settings(engine: &Engine, _: Nothing) -> Result<Settings> {
    Ok(engine.0.settings.get())
}

pub async fn set_settings(engine: &Engine, next: Settings) -> Result<Settings> {
    whole_path(&next.location, "A location")?;
    for folder in &next.watched {
        whole_path(folder, "A folder to watch")?;
    }
    let mut indexed = false;
    let kept = engine.0.settings.change(|settings| {
        indexed = settings.index_encrypted;
        // What was seen where, and what is in the keychain, is ours to know, not the page's to say; rules have their own
        // commands.
        let Settings { stores, remembered, retention, native_copies, .. } = settings.clone();
        *settings = Settings { stores, remembered, retention, native_copies, ..next };
    })?;
    if indexed && !kept.index_encrypted {
        let own = engine.clone();
        blocking(move || crate::index::forget_encrypted(&own)).await?;
    }
    crate::index::new_version(engine);
    engine.0.offers.look_again();
    for topic in [Topic::Settings, Topic::Locations, Topic::Devices, Topic::Versions] {
        engine.changed(topic);
    }
    Ok(kept)
}

/// Attached devices first, then those only known from their versions.
pub async fn devices(engine: &Engine, _: Nothing) -> Result<Vec<Device>> {
    let asked = engine.clone();
    let (versions, _) = blocking(move || all_versions(&asked, None)).await?;
    let mut devices = engine.0.devices.list();
    // One that went away in the middle of a job stays until the person has seen how that ended; so does the pretend one.
    let minded: Vec<String> = engine.0.jobs.list().into_iter().filter_map(|job| job.udid).collect();
    for gone in engine.0.devices.gone() {
        let wanted = minded.contains(&gone.udid) || engine.0.pretend.owns(&gone.udid);
        if wanted && !devices.iter().any(|device| device.udid == gone.udid) {
            devices.push(gone);
        }
    }
    for version in &versions {
        if !devices.iter().any(|device| device.udid == version.udid) {
            devices.push(away(version));
        }
    }
    for device in &mut devices {
        let own = || versions.iter().filter(|version| version.udid == device.udid);
        device.last_version = own().map(|version| version.made).max();
        device.versions = own().count() as u64;
        device.location = location_for(engine, &device.udid).to_string_lossy().into_owned();
        device.job = engine.0.jobs.running_on(&device.udid);
        device.pretend = device.pretend || engine.0.pretend.owns(&device.udid);
        if let Some(newest) = own().next().filter(|_| device.name.is_empty()) {
            (device.name, device.model) = (newest.device_name.clone(), newest.model.clone());
        }
    }
    Ok(devices)
}

/// A device that is not attached, as its newest version knew it.
fn away(version: &VersionSummary) -> Device {
    Device {
        udid: version.udid.clone(),
        name: version.device_name.clone(),
        model: version.model.clone(),
        product_type: version.product_type.clone(),
        system: version.system.clone(),
        build: None,
        serial: None,
        attached: false,
        connection: None,
        pretend: false,
        trust: Trust::Unknown,
        battery: None,
        charging: None,
        storage_total: None,
        storage_free: None,
        encrypts: None,
        last_version: None,
        versions: 0,
        location: String::new(),
        job: None,
        problem: None,
    }
}

pub async fn refresh_device(engine: &Engine, asked: DeviceRequest) -> Result<Nothing> {
    engine.0.devices.reach(&asked.udid)?;
    crate::devices::refresh(engine, &asked.udid);
    Ok(Nothing {})
}

pub async fn locations(engine: &Engine, _: Nothing) -> Result<Vec<Location>> {
    let engine = engine.clone();
    blocking(move || Ok(known_locations(&engine).iter().map(|path| describe_location(&engine, path)).collect())).await
}

/// A location as the window lists it. Blocking.
pub fn describe_location(engine: &Engine, path: &Path) -> Location {
    let default = engine.0.settings.get().location == path.to_string_lossy();
    let mut location = Location {
        path: path.to_string_lossy().into_owned(),
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        default,
        free: None,
        versions: 0,
        sealing: Sealing::default(),
        problem: None,
    };
    let never_seen = !engine.0.settings.get().stores.contains_key(&location.path);
    let (own, place) = (engine.clone(), path.to_path_buf());
    let asked = within(engine, path, Patience::ToShow, move || {
        let store = open_store(&own, &place, false)?;
        let (versions, sealed) = list(&own, Some(&place))
            .map_or_else(|_| (0, Vec::new()), |listed| (listed.versions.len() as u64, listed.sealed));
        Ok((store.free_space().ok(), versions, sealing(&store, &sealed)))
    });
    match asked {
        Ok((free, versions, sealing)) => {
            (location.free, location.versions, location.sealing) = (free, versions, sealing)
        }
        // The first backup makes the store: until then there being none is no problem.
        Err(error) if default && never_seen && matches!(error.code, Code::NoStore | Code::LocationMissing) => {}
        Err(error) => location.problem = Some(error),
    }
    location
}

fn sealing(store: &Store, unreadable: &[SealedVersion]) -> Sealing {
    let known = store.sealing().unwrap_or_default();
    // Without versions, too: the next one could not be made.
    let next = known.on.filter(|key| store.key(key).is_none()).map(|key| key.to_string());
    let needs: BTreeSet<String> = unreadable.iter().map(|version| version.key.clone()).chain(next).collect();
    Sealing {
        on: known.on.is_some(),
        key: known.on.or(known.keys.last().copied()).map(|key| key.to_string()),
        needs: needs.into_iter().collect(),
        unreadable: unreadable.len() as u64,
    }
}

pub async fn add_location(engine: &Engine, asked: LocationRequest) -> Result<Location> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        let store = open_store(&engine, &path, true)?;
        try_out(&engine, &store);
        crate::index::new_version(&engine);
        engine.0.settings.change(|settings| {
            if settings.location != asked.path && !settings.locations.contains(&asked.path) {
                settings.locations.push(asked.path.clone());
            }
        })?;
        for topic in [Topic::Locations, Topic::Versions, Topic::Devices, Topic::Settings] {
            engine.changed(topic);
        }
        Ok(describe_location(&engine, &path))
    })
    .await
}

pub async fn forget_location(engine: &Engine, asked: LocationRequest) -> Result<Nothing> {
    if engine.0.settings.get().location == asked.path {
        return Err(ApiError::new(Code::BadRequest, "This is the default location. Choose another default first."));
    }
    engine.0.settings.change(|settings| {
        settings.stores.remove(&asked.path);
        settings.retention.remove(&asked.path);
        settings.native_copies.remove(&asked.path);
        settings.locations.retain(|path| *path != asked.path);
        settings.device_locations.retain(|_, path| *path != asked.path);
    })?;
    engine.0.seen.forget(Path::new(&asked.path))?;
    for topic in [Topic::Locations, Topic::Versions, Topic::Devices, Topic::Settings] {
        engine.changed(topic);
    }
    Ok(Nothing {})
}

pub async fn versions(engine: &Engine, asked: VersionsRequest) -> Result<Versions> {
    let engine = engine.clone();
    blocking(move || {
        let mut listed = list(&engine, asked.location.as_deref().map(Path::new))?;
        listed.versions.retain(|version| asked.udid.as_ref().is_none_or(|udid| *udid == version.udid));
        Ok(listed)
    })
    .await
}

pub async fn jobs(engine: &Engine, _: Nothing) -> Result<Vec<Job>> {
    Ok(engine.0.jobs.list())
}

pub async fn cancel_job(engine: &Engine, asked: JobRequest) -> Result<Nothing> {
    engine.0.jobs.cancel(asked.job)?;
    Ok(Nothing {})
}

pub async fn dismiss_job(engine: &Engine, asked: JobRequest) -> Result<Nothing> {
    engine.0.jobs.dismiss(asked.job)?;
    engine.changed(Topic::Jobs);
    engine.changed(Topic::Devices);
    Ok(Nothing {})
}
