//! Making a device trust this computer.

use crate::api::devices::{DeviceRequest, JobStarted};
use crate::api::events::PromptKind;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{ApiError, Code, Result};
use crate::jobs::Run;
use crate::{Engine, devices};
use device::{Attached, PairStep, Usbmux};

pub async fn start(engine: &Engine, asked: DeviceRequest) -> Result<JobStarted> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Pair, "Trust this computer", Some(asked.udid.clone()), |run| async move {
        match trust(&mux, &who, &run).await {
            // The person asked for it here and now: forget what was agreed with the device before.
            Err(error) if error.code == Code::TrustStale => pair(&mux, &who, &run, true).await?,
            trusted => trusted?,
        }
        devices::refresh(&own, &asked.udid);
        Ok(JobResult::Device { udid: asked.udid })
    })?;
    Ok(JobStarted { job })
}

/// Returns once the device trusts this computer; shows what has to be done on its screen.
pub async fn trust(mux: &Usbmux, who: &Attached, run: &Run) -> Result<()> {
    pair(mux, who, run, false).await
}

async fn pair(mux: &Usbmux, who: &Attached, run: &Run, anew: bool) -> Result<()> {
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
    let paired = match anew {
        true => device::pair_anew(mux, who, on, run.token()).await,
        false => device::pair(mux, who, on, run.token()).await,
    };
    paired.map_err(|error| if run.cancelled() { ApiError::cancelled() } else { error.into() })
}
