//! What a location takes.

use super::store_at;
use crate::Engine;
use crate::api::keeping::{LocationSpace, VersionSpace};
use crate::api::locations::LocationRequest;
use crate::api::{Result, blocking};
use crate::library::version_id;

pub async fn space(engine: &Engine, asked: LocationRequest) -> Result<LocationSpace> {
    let engine = engine.clone();
    blocking(move || {
        let store = store_at(&engine, &asked.path)?;
        let space = store.space()?;
        let alone = |(udid, number, alone): (String, u64, u64)| VersionSpace {
            version: version_id(&udid, number, store.id()),
            alone,
        };
        Ok(LocationSpace {
            total: store.total_space()?,
            free: store.free_space()?,
            objects_bytes: space.objects_bytes,
            unnamed_bytes: space.unnamed_bytes,
            versions: space.by_version.into_iter().map(alone).collect(),
        })
    })
    .await
}
