use crate::record::PairRecord;
use crate::{Result, Usbmux};

/// A phone this computer is paired with, as it is looked for on the network.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownDevice {
    pub udid: String,
    /// This computer's identifier in the pair record; phones sign with it, so it is not printed.
    pub host_id: String,
    /// What it calls itself on the network: from the pair record, or learnt ([`crate::Event::Learnt`]).
    pub mac: Option<String>,
}

impl std::fmt::Debug for KnownDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnownDevice").field("udid", &self.udid).field("mac", &self.mac).finish_non_exhaustive()
    }
}

/// A phone's stored pair record as far as a search needs it; `None` when it was never paired.
pub async fn known_device(mux: &Usbmux, udid: &str) -> Result<Option<KnownDevice>> {
    let Some(stored) = mux.read_pair_record(udid).await? else { return Ok(None) };
    let record = PairRecord::read(&stored)?;
    Ok(Some(KnownDevice { udid: udid.to_string(), host_id: record.host_id, mac: record.wifi_address }))
}
