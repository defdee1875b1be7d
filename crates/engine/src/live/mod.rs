//! The device itself, without a backup.

pub mod apps;
pub mod cloud;
mod copy;
pub mod files;
pub mod wifi;

use crate::api::devices::{DeviceRequest, Nothing};
use crate::api::live::{BatteryHealth, DeviceHealth, RenameRequest, StorageUse};
use crate::api::{ApiError, Code, Result};
use crate::{Engine, devices};

/// The battery and the storage; one that the device does not tell of is absent, both failing is an error.
pub async fn health(engine: &Engine, asked: DeviceRequest) -> Result<DeviceHealth> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let (battery, storage) = tokio::join!(device::battery(&mux, &who), device::storage(&mux, &who));
    match (battery, storage) {
        (Err(error), Err(_)) => Err(error.into()),
        (battery, storage) => {
            Ok(DeviceHealth { battery: battery.ok().map(of_battery), storage: storage.ok().map(of_storage) })
        }
    }
}

fn of_battery(told: device::BatteryHealth) -> BatteryHealth {
    BatteryHealth {
        cycles: told.cycles,
        design_mah: told.design_mah,
        full_mah: told.full_mah,
        percent: told.percent,
        charging: told.charging,
        temperature: told.temperature,
    }
}

fn of_storage(told: device::StorageUse) -> StorageUse {
    StorageUse {
        total: told.total,
        system: told.system,
        available: told.available,
        apps: told.apps,
        photos: told.photos,
        other: told.other,
    }
}

pub async fn rename(engine: &Engine, asked: RenameRequest) -> Result<Nothing> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    device::rename(&mux, &who, asked.name.trim()).await?;
    devices::refresh(engine, &asked.udid);
    Ok(Nothing {})
}

/// Restarts a device; not while a job runs on it.
pub async fn restart(engine: &Engine, asked: DeviceRequest) -> Result<Nothing> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    if engine.0.jobs.running_on(&asked.udid).is_some() {
        return Err(ApiError::new(Code::DeviceBusy, "Something is running on this device. Wait for it, or cancel it."));
    }
    device::restart(&mux, &who).await?;
    Ok(Nothing {})
}
