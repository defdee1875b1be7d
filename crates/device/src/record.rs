//! Pair records: what phone and computer know each other by, kept by usbmuxd (`protocol.md` 2.2.2).

use crate::certificates::Certificates;
pub(crate) use crate::secret::wipe;
use crate::{Error, Result};
use plist::{Dictionary, Value};
use zeroize::Zeroizing;

/// A pair record. Holds private keys: it is neither printed nor cloned.
pub(crate) struct PairRecord {
    pub(crate) host_id: String,
    pub(crate) system_buid: String,
    pub(crate) root_certificate: Vec<u8>,
    pub(crate) host_certificate: Vec<u8>,
    pub(crate) device_certificate: Vec<u8>,
    root_key: Zeroizing<Vec<u8>>,
    pub(crate) host_key: Zeroizing<Vec<u8>>,
    /// Lets services start while the phone is locked.
    pub(crate) escrow_bag: Option<Zeroizing<Vec<u8>>>,
    pub(crate) wifi_address: Option<String>,
}

impl PairRecord {
    /// A record for a phone not paired yet.
    pub(crate) fn new(made: Certificates, system_buid: String, wifi_address: Option<String>) -> PairRecord {
        PairRecord {
            host_id: uuid::Uuid::new_v4().to_string().to_uppercase(),
            system_buid,
            root_certificate: made.root,
            host_certificate: made.host,
            device_certificate: made.device,
            root_key: made.root_key,
            host_key: made.host_key,
            escrow_bag: None,
            wifi_address,
        }
    }

    /// Reads a stored record, whoever made it.
    pub(crate) fn read(stored: &[u8]) -> Result<PairRecord> {
        let mut fields =
            wire::frame::decode(stored)?.into_dictionary().ok_or(Error::PairRecord { field: "dictionary" })?;
        let mut data = |field: &'static str| match fields.remove(field) {
            Some(Value::Data(bytes)) => Ok(bytes),
            _ => Err(Error::PairRecord { field }),
        };
        let (root_certificate, host_certificate) = (data("RootCertificate")?, data("HostCertificate")?);
        let (device_certificate, host_key) = (data("DeviceCertificate")?, Zeroizing::new(data("HostPrivateKey")?));
        let root_key = Zeroizing::new(data("RootPrivateKey").unwrap_or_default());
        let escrow_bag = data("EscrowBag").ok().map(Zeroizing::new);
        let mut text =
            |field: &'static str| fields.remove(field).and_then(Value::into_string).ok_or(Error::PairRecord { field });
        Ok(PairRecord {
            host_id: text("HostID")?,
            system_buid: text("SystemBUID")?,
            root_certificate,
            host_certificate,
            device_certificate,
            root_key,
            host_key,
            escrow_bag,
            wifi_address: text("WiFiMACAddress").ok(),
        })
    }

    /// What the phone gets to see: certificates and ids, no key.
    pub(crate) fn for_device(&self) -> Dictionary {
        let mut fields = Dictionary::new();
        fields.insert("DeviceCertificate".into(), Value::Data(self.device_certificate.clone()));
        fields.insert("HostCertificate".into(), Value::Data(self.host_certificate.clone()));
        fields.insert("RootCertificate".into(), Value::Data(self.root_certificate.clone()));
        fields.insert("HostID".into(), self.host_id.as_str().into());
        fields.insert("SystemBUID".into(), self.system_buid.as_str().into());
        if let Some(address) = &self.wifi_address {
            fields.insert("WiFiMACAddress".into(), address.as_str().into());
        }
        fields
    }

    /// What usbmuxd keeps: everything.
    pub(crate) fn to_stored(&self) -> Result<Vec<u8>> {
        let mut fields = self.for_device();
        fields.insert("RootPrivateKey".into(), Value::Data(self.root_key.to_vec()));
        fields.insert("HostPrivateKey".into(), Value::Data(self.host_key.to_vec()));
        if let Some(bag) = &self.escrow_bag {
            fields.insert("EscrowBag".into(), Value::Data(bag.to_vec()));
        }
        let mut value = Value::Dictionary(fields);
        let mut out = Vec::with_capacity(16 << 10);
        let written = value.to_writer_xml(&mut out).map_err(wire::Error::from);
        wipe(&mut value);
        written?;
        Ok(out)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn record() -> PairRecord {
        PairRecord {
            host_id: "HOST".into(),
            system_buid: "BUID".into(),
            root_certificate: vec![1],
            host_certificate: vec![2],
            device_certificate: vec![3],
            root_key: Zeroizing::new(vec![4]),
            host_key: Zeroizing::new(vec![5]),
            escrow_bag: Some(Zeroizing::new(vec![6])),
            wifi_address: Some("aa:bb".into()),
        }
    }

    #[test]
    fn what_is_stored_reads_back() {
        let read = PairRecord::read(&record().to_stored().unwrap()).unwrap();
        assert_eq!((read.host_id.as_str(), read.system_buid.as_str()), ("HOST", "BUID"));
        assert_eq!((&*read.root_key, &*read.host_key), (&vec![4], &vec![5]));
        assert_eq!(read.escrow_bag.unwrap().to_vec(), [6]);
        assert_eq!(
            (read.root_certificate, read.host_certificate, read.device_certificate),
            (vec![1], vec![2], vec![3])
        );
        assert_eq!(read.wifi_address.as_deref(), Some("aa:bb"));
    }

    #[test]
    fn the_phone_gets_no_private_key() {
        let sent = record().for_device();
        let keys: Vec<&str> = sent.keys().map(String::as_str).collect();
        let public = ["DeviceCertificate", "HostCertificate", "RootCertificate", "HostID", "SystemBUID"];
        assert!(keys.iter().all(|key| public.contains(key) || *key == "WiFiMACAddress"), "{keys:?}");
    }

    #[test]
    fn a_record_without_a_field_names_it() {
        let mut fields = record().for_device();
        fields.remove("DeviceCertificate");
        let mut stored = Vec::new();
        Value::Dictionary(fields).to_writer_xml(&mut stored).unwrap();
        assert!(matches!(PairRecord::read(&stored), Err(Error::PairRecord { field: "DeviceCertificate" })));
    }
}
