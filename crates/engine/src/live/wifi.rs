//! Reaching a device over Wi-Fi.

use crate::api::devices::{DeviceRequest, Nothing};
use crate::api::live::{Wifi, WifiSetRequest};
use crate::api::restore::{Finding, FindingState};
use crate::api::{ApiError, Code, Result, Topic};
use crate::{Engine, devices};
use device::{Connection, Match, Remembered, WifiDetail, WifiStep};

pub async fn state(engine: &Engine, asked: DeviceRequest) -> Result<Wifi> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let told = device::wifi(&mux, &who).await?;
    engine.0.network.told(&asked.udid, told.enabled);
    Ok(Wifi {
        enabled: told.enabled,
        address: told.mac,
        service_name: told.service_name,
        seen: engine.0.devices.on_network(&asked.udid),
    })
}

pub async fn set(engine: &Engine, asked: WifiSetRequest) -> Result<Nothing> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    if asked.on && who.connection != Connection::Usb {
        return Err(ApiError::new(Code::PairingOverWifi, "Connect the device by USB to turn this on."));
    }
    device::set_wifi(&mux, &who, asked.on).await?;
    engine.0.network.told(&asked.udid, Some(asked.on));
    engine.changed(Topic::Devices);
    Ok(Nothing {})
}

/// Goes through the steps; takes up to half a minute.
pub async fn diagnose(engine: &Engine, asked: DeviceRequest) -> Result<Vec<Finding>> {
    let mux = engine.0.devices.mux_of(&asked.udid).unwrap_or_else(|| engine.0.config.mux());
    let remembered =
        Remembered { enabled: engine.0.network.enabled(&asked.udid), mac: engine.0.network.mac(&asked.udid) };
    let steps = device::diagnose(&mux, &asked.udid, remembered, devices::interfaces(&engine.0.config)).await;
    Ok(steps.into_iter().map(describe).collect())
}

fn describe(step: device::Finding) -> Finding {
    let (id, good, bad, advice) = match step.step {
        WifiStep::Enabled => (
            "enabled",
            "The device answers over Wi-Fi.",
            "The device does not answer over Wi-Fi.",
            "Connect it by USB and turn on \"Reach over Wi-Fi\".",
        ),
        WifiStep::Advertised => (
            "advertised",
            "A device shows itself on this network.",
            "No device shows itself on this network.",
            "Both must be in the same network; guest networks and some routers keep devices apart. Wake the device and connect it to power.",
        ),
        WifiStep::Matched => (
            "matched",
            "It is this device.",
            "The devices on this network are others.",
            "Turn off \"Private Wi-Fi Address\" for this network on the device, or connect it by USB once so that its name is learnt.",
        ),
        WifiStep::Reachable => (
            "reachable",
            "It answers at its address.",
            "It does not answer at its address.",
            "Wake the device. A firewall or the router may keep the two apart (TCP port 62078).",
        ),
        WifiStep::Session => (
            "session",
            "It accepts this computer.",
            "It does not accept this computer.",
            "Connect it by USB and trust this computer again.",
        ),
        WifiStep::Heartbeat => (
            "heartbeat",
            "It keeps the connection up.",
            "It does not keep the connection up.",
            "Connect it to power and keep it near the router; restart it if that does not help.",
        ),
    };
    let (state, title, advice) = match step.ok {
        Some(true) => (FindingState::Good, good, ""),
        Some(false) => (FindingState::Stop, bad, advice),
        None => (FindingState::Unknown, bad, "Not known: an earlier step has to work first."),
    };
    let title = match (&state, detail(step.detail)) {
        (FindingState::Unknown, None) => unknown(id).to_string(),
        (FindingState::Unknown, Some(detail)) => format!("{} ({detail})", unknown(id)),
        (_, None) => title.to_string(),
        (_, Some(detail)) => format!("{} ({detail})", title),
    };
    Finding { id: id.to_string(), state, title, advice: advice.to_string() }
}

/// The step as a question that has no answer yet.
fn unknown(id: &str) -> &'static str {
    match id {
        "enabled" => "Does the device answer over Wi-Fi?",
        "advertised" => "Does a device show itself on this network?",
        "matched" => "Is it this device?",
        "reachable" => "Does it answer at its address?",
        "session" => "Does it accept this computer?",
        _ => "Does it keep the connection up?",
    }
}

fn detail(detail: Option<WifiDetail>) -> Option<String> {
    Some(match detail? {
        WifiDetail::Remembered => "as it was when last asked".to_string(),
        WifiDetail::Seen(1) => "1 seen".to_string(),
        WifiDetail::Seen(count) => format!("{count} seen"),
        WifiDetail::By(Match::Mac) => "by its address".to_string(),
        WifiDetail::By(Match::AuthTag) => "by its signature".to_string(),
        WifiDetail::By(Match::Trial) => "by asking it".to_string(),
        WifiDetail::At(address) => address.to_string(),
        WifiDetail::Failed(error) => ApiError::from(error).message.trim_end_matches('.').to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_what_it_found_and_what_to_do() {
        let step = |step, ok, detail| describe(device::Finding { step, ok, detail });
        let good = step(WifiStep::Advertised, Some(true), Some(WifiDetail::Seen(2)));
        assert_eq!(
            (good.state, good.title.as_str()),
            (FindingState::Good, "A device shows itself on this network. (2 seen)")
        );
        let bad = step(WifiStep::Enabled, Some(false), None);
        assert!(bad.state == FindingState::Stop && bad.advice.contains("USB"));
        let open = step(WifiStep::Heartbeat, None, None);
        assert_eq!((open.state, open.title.as_str()), (FindingState::Unknown, "Does it keep the connection up?"));
    }
}
