//! Whether a version could be restored, without a device to restore it to.

use crate::actions::preflight;
use crate::api::keeping::Readiness;
use crate::api::restore::FindingState;
use crate::api::versions::VersionRequest;
use crate::api::{Result, blocking};
use crate::{Engine, browse, library};
use std::path::Path;

pub async fn readiness(engine: &Engine, asked: VersionRequest) -> Result<Readiness> {
    let engine = engine.clone();
    blocking(move || {
        let found = library::find(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        let version = found.store.version(&found.summary.udid, found.summary.number)?;
        let stopping = engine.0.stopping.clone();
        let mut findings = vec![preflight::content(&version, &|| stopping.is_cancelled())?];
        let opened = browse::opened(&engine, &found.summary.id, Some(Path::new(&found.summary.location)));
        findings.extend(preflight::password(&opened));
        findings.extend(opened.as_ref().ok().map(|opened| preflight::list(opened)));
        findings.extend(preflight::of_version(&found.summary));
        // Without its password nobody has looked inside, and no device could be given it.
        let known = opened.is_ok();
        let stops = findings.iter().any(|finding| finding.state == FindingState::Stop);
        Ok(Readiness { ready: known && !stops, findings })
    })
    .await
}
