use super::ask::{Answer, try_each};
use super::matching::{claimed, normal};
use super::reach::{at, reachable, session};
use super::search::{Heard, Place, Search, Sighting, instance};
use super::{Interfaces, KnownDevice, Match, WifiState, known_device, wifi};
use crate::heartbeat::Heartbeat;
use crate::{Connection, Error, Result, Usbmux};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

/// How long phones are waited for; they answer within a second or two.
const SEARCH: Duration = Duration::from_secs(6);

/// What has to be so, in this order, before a phone can be used over Wi-Fi.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WifiStep {
    /// The phone was told to show itself on the network (asked over USB, or remembered).
    Enabled,
    /// Some phone shows itself on this network.
    Advertised,
    /// One of those is this phone.
    Matched,
    /// It answers at its address.
    Reachable,
    /// It accepts this computer there.
    Session,
    /// It keeps the connection up.
    Heartbeat,
}

/// One step of [`diagnose`].
#[derive(Debug)]
pub struct Finding {
    pub step: WifiStep,
    /// `None`: could not be found out, because an earlier step failed or the phone is not there to be asked.
    pub ok: Option<bool>,
    pub detail: Option<WifiDetail>,
}

#[derive(Debug)]
pub enum WifiDetail {
    /// Not asked now: what the caller remembered.
    Remembered,
    /// How many phones show themselves.
    Seen(usize),
    By(Match),
    At(IpAddr),
    Failed(Error),
}

/// What the caller knows of the phone from earlier.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    pub enabled: Option<bool>,
    pub mac: Option<String>,
}

/// Goes through everything Wi-Fi needs and says where it fails; takes up to half a minute.
///
/// One finding per step, in the order of [`WifiStep`]; what follows a failed step is unknown. With the phone on a cable
/// too, the first step is asked of it and its present name on the network helps to find it.
pub async fn diagnose(mux: &Usbmux, udid: &str, remembered: Remembered, interfaces: Interfaces) -> Vec<Finding> {
    let mut findings = Findings::default();
    let state = over_cable(mux, udid).await;
    let enabled = match &state {
        Some(Ok(state)) => (state.enabled, None),
        Some(Err(_)) | None => (remembered.enabled, remembered.enabled.map(|_| WifiDetail::Remembered)),
    };
    let state = match state {
        Some(Ok(state)) => state,
        Some(Err(error)) => {
            tracing::debug!(%error, "the phone on the cable does not say how Wi-Fi stands");
            WifiState::default()
        }
        None => WifiState::default(),
    };
    findings.push(WifiStep::Enabled, enabled.0, enabled.1);

    match known_device(mux, udid).await {
        Ok(Some(mut known)) => {
            known.mac = remembered.mac.or(known.mac);
            findings.network(mux, known, &state, interfaces).await;
        }
        Ok(None) => findings.stop(WifiStep::Advertised, None, Some(WifiDetail::Failed(Error::NotTrusted))),
        Err(error) => findings.stop(WifiStep::Advertised, None, Some(WifiDetail::Failed(error))),
    }
    findings.0
}

/// What the phone says over a cable, if it is on one.
async fn over_cable(mux: &Usbmux, udid: &str) -> Option<Result<WifiState>> {
    let attached = mux.list().await.ok()?;
    let who = attached.into_iter().find(|one| one.udid == udid && one.connection == Connection::Usb)?;
    Some(wifi(mux, &who).await)
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn push(&mut self, step: WifiStep, ok: Option<bool>, detail: Option<WifiDetail>) {
        self.0.push(Finding { step, ok, detail });
    }

    /// `step` as found, and nothing known of those after it.
    fn stop(&mut self, step: WifiStep, ok: Option<bool>, detail: Option<WifiDetail>) {
        use WifiStep::{Advertised, Heartbeat, Matched, Reachable, Session};
        self.push(step, ok, detail);
        let after = [Advertised, Matched, Reachable, Session, Heartbeat].into_iter().skip_while(|other| *other != step);
        self.0.extend(after.skip(1).map(|step| Finding { step, ok: None, detail: None }));
    }

    async fn network(&mut self, mux: &Usbmux, known: KnownDevice, state: &WifiState, interfaces: Interfaces) {
        let seen = match look(&known, state, interfaces).await {
            Ok(seen) => seen,
            Err(error) => return self.stop(WifiStep::Advertised, None, Some(WifiDetail::Failed(error))),
        };
        if seen.is_empty() {
            return self.stop(WifiStep::Advertised, Some(false), Some(WifiDetail::Seen(0)));
        }
        self.push(WifiStep::Advertised, Some(true), Some(WifiDetail::Seen(seen.len())));
        let (by, place) = match find(mux, &known, state, &seen).await {
            Found::Nowhere => return self.stop(WifiStep::Matched, Some(false), None),
            Found::Silent(by) => {
                self.push(WifiStep::Matched, Some(true), Some(WifiDetail::By(by)));
                return self.stop(WifiStep::Reachable, Some(false), None);
            }
            Found::Unsure => return self.stop(WifiStep::Matched, None, None),
            Found::At(by, place) => (by, place),
        };
        self.push(WifiStep::Matched, Some(true), Some(WifiDetail::By(by)));
        self.push(WifiStep::Reachable, Some(true), Some(WifiDetail::At(place.0)));
        let mut lockdown = match session(mux, &at(&known.udid, place, 0)).await {
            Ok(lockdown) => lockdown,
            Err(error) => return self.stop(WifiStep::Session, Some(false), Some(WifiDetail::Failed(error))),
        };
        self.push(WifiStep::Session, Some(true), None);
        match Heartbeat::once(&mut lockdown).await {
            Ok(()) => self.push(WifiStep::Heartbeat, Some(true), None),
            Err(error) => self.push(WifiStep::Heartbeat, Some(false), Some(WifiDetail::Failed(error))),
        }
        lockdown.close().await;
    }
}

/// The phones that show themselves; at once when ours is clearly among them.
async fn look(known: &KnownDevice, state: &WifiState, interfaces: Interfaces) -> Result<Vec<Sighting>> {
    let mut search = Search::start(interfaces)?;
    let end = Instant::now() + SEARCH;
    let mut seen: BTreeMap<String, Sighting> = BTreeMap::new();
    while let Ok(Some(heard)) = tokio::time::timeout_at(end, search.next()).await {
        match heard {
            Heard::Gone(name) => drop(seen.remove(&name)),
            Heard::Seen(sighting) => {
                let ours = recognised(known, state, &sighting).is_some();
                seen.insert(sighting.name.clone(), sighting);
                if ours {
                    break;
                }
            }
        }
    }
    Ok(seen.into_values().collect())
}

fn recognised(known: &KnownDevice, state: &WifiState, seen: &Sighting) -> Option<Match> {
    // What it said over the cable: its name of now, or its address without a private one.
    let name = state.service_name.as_deref().map(instance);
    let mac = state.mac.as_deref().and_then(normal);
    if name.is_some_and(|name| name == seen.name) || (mac.is_some() && mac == seen.mac()) {
        return Some(Match::Mac);
    }
    claimed(seen, std::slice::from_ref(known)).map(|(_, by)| by)
}

enum Found {
    At(Match, Place),
    /// It shows itself and does not answer.
    Silent(Match),
    /// None of those that answer is it, and some do not answer.
    Unsure,
    Nowhere,
}

async fn find(mux: &Usbmux, known: &KnownDevice, state: &WifiState, seen: &[Sighting]) -> Found {
    if let Some((sighting, by)) = seen.iter().find_map(|one| Some((one, recognised(known, state, one)?))) {
        return match reachable(&sighting.addresses).await {
            Some(place) => Found::At(by, place),
            None => Found::Silent(by),
        };
    }
    let mut unsure = false;
    for sighting in seen {
        let Some(place) = reachable(&sighting.addresses).await else {
            unsure = true;
            continue;
        };
        match try_each(mux, std::iter::once((known, Match::Trial)), place).await {
            Answer::Is { by, place, .. } => return Found::At(by, place),
            Answer::Nothing => unsure = true,
            Answer::StillThere | Answer::Stranger => {}
        }
    }
    if unsure { Found::Unsure } else { Found::Nowhere }
}
