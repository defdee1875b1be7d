//! The phone's own key, and the hosts it trusts.

use crate::{Error, Result, tls};
use plist::{Dictionary, Value};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The RSA key a phone is born with. Made once, then read from its home: making one takes up to a second.
pub(crate) struct DeviceKey {
    private: PrivatePkcs8KeyDer<'static>,
    /// `DevicePublicKey` as lockdown gives it: PKCS#1 in PEM (`protocol.md` 2.2.2).
    pub public_pem: Vec<u8>,
}

impl DeviceKey {
    pub fn load_or_make(path: &Path) -> Result<DeviceKey> {
        let unusable = || Error::Key { path: path.to_owned() };
        let key = match std::fs::read(path) {
            Ok(der) => RsaPrivateKey::from_pkcs8_der(&der).map_err(|_| unusable())?,
            Err(_) => {
                let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).map_err(|_| unusable())?;
                let der = key.to_pkcs8_der().map_err(|_| unusable())?;
                std::fs::write(path, der.as_bytes()).map_err(Error::io(path))?;
                key
            }
        };
        let private: PrivatePkcs8KeyDer<'static> =
            key.to_pkcs8_der().map_err(|_| unusable())?.as_bytes().to_vec().into();
        let public_pem = key.to_public_key().to_pkcs1_pem(LineEnding::LF).map_err(|_| unusable())?.into_bytes();
        Ok(DeviceKey { private, public_pem })
    }

    pub fn private(&self) -> PrivatePkcs8KeyDer<'static> {
        self.private.clone_key()
    }
}

/// A computer the phone trusts.
pub(crate) struct Host {
    pub id: String,
    /// What unlocks services while the phone is locked.
    pub escrow_bag: Vec<u8>,
    /// Shows the device certificate and takes only this host's certificates.
    pub tls: Arc<ServerConfig>,
    record: Dictionary,
    device_certificate: CertificateDer<'static>,
    accepted: [CertificateDer<'static>; 2],
}

impl Host {
    /// The host of a `PairRecord`; `None` when a field lacks or its device certificate is not for this phone.
    pub fn new(record: &Dictionary, escrow_bag: Vec<u8>, key: &DeviceKey) -> Option<Host> {
        let certificate = |name: &str| {
            let pem = record.get(name)?.as_data()?;
            CertificateDer::from_pem_slice(pem).ok()
        };
        let accepted = [certificate("HostCertificate")?, certificate("RootCertificate")?];
        let device_certificate = certificate("DeviceCertificate")?;
        let tls = tls::server(device_certificate.clone(), key.private(), accepted.clone())?;
        let id = record.get("HostID")?.as_string()?.to_string();
        let kept = ["DeviceCertificate", "HostCertificate", "RootCertificate", "HostID", "SystemBUID"];
        let record = record.iter().filter(|(name, _)| kept.contains(&name.as_str()));
        let record = record.map(|(name, value)| (name.clone(), value.clone())).collect();
        Some(Host { id, escrow_bag, tls, record, device_certificate, accepted })
    }

    /// What this host made for the phone's key.
    pub fn device_certificate(&self) -> CertificateDer<'static> {
        self.device_certificate.clone()
    }

    /// What this host may present.
    pub fn accepted(&self) -> [CertificateDer<'static>; 2] {
        self.accepted.clone()
    }

    /// Whether a `PairRecord` brings the same certificates.
    pub fn is(&self, record: &Dictionary) -> bool {
        ["HostCertificate", "RootCertificate"].iter().all(|name| record.get(name) == self.record.get(name))
    }
}

/// The trusted hosts, kept in a file until "Reset Location & Privacy".
pub(crate) struct Hosts {
    path: PathBuf,
    known: Mutex<HashMap<String, Arc<Host>>>,
}

impl Hosts {
    pub fn load(path: PathBuf, key: &DeviceKey) -> Result<Hosts> {
        let mut known = HashMap::new();
        if path.exists() {
            let value = Value::from_file(&path).map_err(Error::plist(&path))?;
            for record in value.as_dictionary().into_iter().flat_map(Dictionary::values) {
                let Some(record) = record.as_dictionary() else { continue };
                let escrow = record.get("EscrowBag").and_then(Value::as_data).unwrap_or_default().to_vec();
                if let Some(host) = Host::new(record, escrow, key) {
                    known.insert(host.id.clone(), Arc::new(host));
                }
            }
        }
        Ok(Hosts { path, known: Mutex::new(known) })
    }

    pub fn get(&self, id: &str) -> Option<Arc<Host>> {
        self.lock().get(id).cloned()
    }

    /// The ids of all hosts, sorted.
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.lock().keys().cloned().collect();
        ids.sort();
        ids
    }

    pub fn insert(&self, host: Arc<Host>) -> Result<()> {
        self.lock().insert(host.id.clone(), host);
        self.save()
    }

    pub fn remove(&self, id: &str) -> Result<bool> {
        let known = self.lock().remove(id).is_some();
        self.save()?;
        Ok(known)
    }

    fn save(&self) -> Result<()> {
        let known = self.lock();
        let records = known.iter().map(|(id, host)| {
            let mut record = host.record.clone();
            record.insert("EscrowBag".into(), Value::Data(host.escrow_bag.clone()));
            (id.clone(), Value::Dictionary(record))
        });
        Value::Dictionary(records.collect()).to_file_xml(&self.path).map_err(Error::plist(&self.path))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Host>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
