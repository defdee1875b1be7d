//! Pairing: the dialog, the record, the escrow bag (`protocol.md` 2.2.2).

use crate::device::Device;
use crate::identity::Host;
use crate::screen::Answer;
use crate::stream::{dictionary, text};
use plist::{Dictionary, Value};
use std::sync::Arc;
use wire::lockdown::Failure;

pub(super) fn pair(device: &Device, request: &Dictionary) -> Result<Dictionary, Failure> {
    let record = record(request)?;
    let id = text(record, "HostID").ok_or(Failure::MissingHostID)?;
    if device.is_locked() {
        return Err(Failure::PasswordProtected);
    }
    if let Some(known) = device.hosts.get(id).filter(|known| known.is(record)) {
        return Ok(escrow(&known));
    }
    let bag = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes).concat();
    let host = Host::new(record, bag, &device.key).ok_or(Failure::InvalidPairRecord)?;
    // libimobiledevice makes a new HostID for every try, so the dialog is for the computer, not for the record.
    let computer = text(record, "SystemBUID").unwrap_or(id);
    match device.screen.asks_for_trust(computer) {
        Answer::Pending => Err(Failure::PairingDialogResponsePending),
        Answer::No => Err(Failure::UserDeniedPairing),
        Answer::Yes => {
            let host = Arc::new(host);
            device.hosts.insert(host.clone()).map_err(|_| Failure::SavePairRecordFailed)?;
            device.hosts_changed();
            Ok(escrow(&host))
        }
    }
}

pub(super) fn validate(device: &Device, request: &Dictionary) -> Result<Dictionary, Failure> {
    let record = record(request)?;
    let id = text(record, "HostID").ok_or(Failure::MissingHostID)?;
    device.hosts.get(id).filter(|known| known.is(record)).map(|_| Dictionary::new()).ok_or(Failure::InvalidHostID)
}

pub(super) fn unpair(device: &Device, request: &Dictionary) -> Result<Dictionary, Failure> {
    let id = text(record(request)?, "HostID").ok_or(Failure::MissingHostID)?;
    match device.hosts.remove(id) {
        Ok(true) => {
            device.hosts_changed();
            Ok(Dictionary::new())
        }
        Ok(false) => Err(Failure::InvalidHostID),
        Err(_) => Err(Failure::SavePairRecordFailed),
    }
}

fn record(request: &Dictionary) -> Result<&Dictionary, Failure> {
    request.get("PairRecord").and_then(Value::as_dictionary).ok_or(Failure::MissingPairRecord)
}

fn escrow(host: &Host) -> Dictionary {
    dictionary([("EscrowBag", Value::Data(host.escrow_bag.clone()))])
}
