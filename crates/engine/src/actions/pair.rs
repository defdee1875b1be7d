//! Making a device trust this computer.

use crate::api::devices::{DeviceRequest, JobStarted};
use crate::api::events::PromptKind;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{Code, Result};
use crate::jobs::Run;
use crate::{Engine, devices};
use device::{Attached, PairStep, Usbmux};

pub async fn start(engine: &Engine, asked: DeviceRequest) -> Result<JobStarted> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Pair, "Trust this computer", Some(asked.udid.clone()), |run| async move {
        trust(&mux, &who, &run).await?;
        devices::refresh(&own, &asked.udid);
        Ok(JobResult::Device { udid: asked.udid })
    })?;
    Ok(JobStarted { job })
}

/// Returns once the device trusts this computer; shows what has to be done on its screen.
pub async fn trust(mux: &Usbmux, who: &Attached, run: &Run) -> Result<()> {
    run.phase(Phase::Preparing, "Connecting");
    let shown = run.clone();
    let on = move |step| match step {
        PairStep::WaitingForTrust => shown.prompt(
            Phase::WaitingForTrust,
            PromptKind::TapTrust,
            "Tap Trust on the iPhone, and enter its passcode there",
        ),
        PairStep::WaitingForUnlock => shown.prompt(Phase::WaitingForUnlock, PromptKind::Unlock, "Unlock the iPhone"),
    };
    device::pair(mux, who, on, run.token()).await.map_err(|error| match error {
        error if run.cancelled() => {
            tracing::debug!(%error, "pairing was cancelled");
            crate::api::ApiError::new(Code::Cancelled, "Cancelled.")
        }
        error => error.into(),
    })
}
