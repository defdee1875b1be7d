//! Finding out which phone a sighting is.

use super::KnownDevice;
use super::matching::{Match, claimed};
use super::reach::{at, reachable, session};
use super::search::{Place, Sighting};
use crate::{Attached, Error, Usbmux};

/// What asking a sighting gave.
pub(super) enum Answer {
    Is {
        udid: String,
        by: Match,
        place: Place,
    },
    /// The one told of still answers.
    StillThere,
    /// Not one of ours.
    Stranger,
    Nothing,
}

/// Finds out which of ours a sighting is; for one told of, whether it still answers where it was found.
pub(super) async fn ask(mux: Usbmux, known: Vec<KnownDevice>, seen: Sighting, told: Option<Attached>) -> Answer {
    if let Some(Attached { address: Some(address), scope, .. }) = told {
        return match reachable(&[(address, scope)]).await {
            Some(_) => Answer::StillThere,
            None => Answer::Nothing,
        };
    }
    let Some(place) = reachable(&seen.addresses).await else { return Answer::Nothing };
    let first = claimed(&seen, &known);
    let rest = known.iter().filter(|device| first.is_none_or(|(claimed, _)| claimed.udid != device.udid));
    try_each(&mux, first.into_iter().chain(rest.map(|device| (device, Match::Trial))), place).await
}

/// A session with each pair record in turn. What a phone claims is worth as much as anyone's word: it decides the order.
pub(super) async fn try_each(mux: &Usbmux, order: impl Iterator<Item = (&KnownDevice, Match)>, place: Place) -> Answer {
    let mut refused = true;
    for (device, by) in order {
        let is = || Answer::Is { udid: device.udid.clone(), by, place };
        match session(mux, &at(&device.udid, place, 0)).await {
            Ok(mut lockdown) => {
                lockdown.close().await;
                return is();
            }
            // Locked since it started, it says no more than that.
            Err(Error::Locked) if by != Match::Trial => return is(),
            Err(
                Error::TrustForgotten
                | Error::TrustExpired
                | Error::WrongDevice
                | Error::NotTrusted
                | Error::PairRecord { .. },
            ) => {}
            Err(error) => {
                tracing::debug!(%error, "a phone on the network could not be tried");
                refused = false;
            }
        }
    }
    if refused { Answer::Stranger } else { Answer::Nothing }
}
