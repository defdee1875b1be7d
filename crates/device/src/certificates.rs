//! The keys and certificates of a new pairing (`protocol.md` 2.2.2).

use crate::{Error, Result};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, IsCa, Issuer, KeyIdMethod, KeyPair};
use rcgen::{KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::{RsaPrivateKey, RsaPublicKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use sha1::{Digest, Sha1};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

const KEY_BITS: usize = 2048;
const TEN_YEARS: Duration = Duration::from_secs(3652 * 24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What pairing makes. Everything is PEM; the two keys are PKCS#8 and never leave this computer.
pub(crate) struct Certificates {
    pub(crate) root: Vec<u8>,
    pub(crate) root_key: Zeroizing<Vec<u8>>,
    pub(crate) host: Vec<u8>,
    pub(crate) host_key: Zeroizing<Vec<u8>>,
    /// The phone's own public key, signed by the root.
    pub(crate) device: Vec<u8>,
}

impl Certificates {
    /// Makes keys and certificates for a phone with this `DevicePublicKey` (PEM, PKCS#1). Takes up to a second of CPU.
    pub(crate) fn generate(device_public_key: &[u8]) -> Result<Certificates> {
        let device = DeviceKey::read(device_public_key)?;
        let root = Key::generate()?;
        let host = Key::generate()?;

        let mut params = params()?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_identifier_method = key_identifier(root.pair.der_bytes());
        let root_certificate = params.self_signed(&root.pair)?;
        let issuer = Issuer::from_params(&params, &root.pair);

        let host_certificate = leaf(host.pair.der_bytes())?.signed_by(&host.pair, &issuer)?;
        let device_certificate = leaf(&device.pkcs1)?.signed_by(&device, &issuer)?;
        Ok(Certificates {
            root: root_certificate.pem().into_bytes(),
            root_key: root.pem,
            host: host_certificate.pem().into_bytes(),
            host_key: host.pem,
            device: device_certificate.pem().into_bytes(),
        })
    }
}

/// Empty names, serial number 0, valid from yesterday (phones' clocks are sometimes behind) for ten years.
fn params() -> Result<CertificateParams> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.serial_number = Some(vec![0].into());
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + now.saturating_sub(DAY);
    params.not_after = params.not_before + TEN_YEARS;
    Ok(params)
}

/// Host and device certificates are alike.
fn leaf(public_key: &[u8]) -> Result<CertificateParams> {
    let mut params = params()?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.key_identifier_method = key_identifier(public_key);
    Ok(params)
}

/// SHA-1 of the public key: the usual SubjectKeyIdentifier (RFC 5280, 4.2.1.2).
fn key_identifier(public_key: &[u8]) -> KeyIdMethod {
    KeyIdMethod::PreSpecified(Sha1::digest(public_key).to_vec())
}

struct Key {
    pair: KeyPair,
    pem: Zeroizing<Vec<u8>>,
}

impl Key {
    fn generate() -> Result<Key> {
        let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS)?;
        let failed = |_| Error::Key(rsa::Error::Internal);
        let der = key.to_pkcs8_der().map_err(failed)?;
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(failed)?;
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_bytes()), &PKCS_RSA_SHA256)?;
        Ok(Key { pair, pem: Zeroizing::new(pem.as_bytes().to_vec()) })
    }
}

/// The phone's public key, as `DevicePublicKey` holds it.
struct DeviceKey {
    pkcs1: Vec<u8>,
}

impl DeviceKey {
    /// Phones are loose about PEM line lengths, so only the base64 between the markers is looked at.
    fn read(pem: &[u8]) -> Result<DeviceKey> {
        let bad = || Error::PairRecord { field: "DevicePublicKey" };
        let text = std::str::from_utf8(pem).map_err(|_| bad())?;
        let body = text.split_once("-----BEGIN RSA PUBLIC KEY-----").ok_or_else(bad)?.1;
        let body: String = body.split("-----END").next().unwrap_or_default().split_whitespace().collect();
        let pkcs1 = BASE64_STANDARD.decode(body).map_err(|_| bad())?;
        RsaPublicKey::from_pkcs1_der(&pkcs1).map_err(|_| bad())?;
        Ok(DeviceKey { pkcs1 })
    }
}

impl PublicKeyData for DeviceKey {
    fn der_bytes(&self) -> &[u8] {
        &self.pkcs1
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs1::EncodeRsaPublicKey;
    use std::process::Command;

    fn device_key() -> (RsaPrivateKey, String) {
        let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS).unwrap();
        let pem = key.to_public_key().to_pkcs1_pem(LineEnding::LF).unwrap();
        (key, pem)
    }

    #[test]
    fn rubbish_is_no_device_key() {
        for bad in ["", "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n", "\u{1F4F1}"] {
            assert!(matches!(Certificates::generate(bad.as_bytes()), Err(Error::PairRecord { .. })));
        }
    }

    #[test]
    fn openssl_accepts_the_chain_and_reads_what_phones_expect() {
        let (key, pem) = device_key();
        let made = Certificates::generate(pem.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path.display().to_string()
        };
        let root = file("root.pem", &made.root);
        let host = file("host.pem", &made.host);
        let device = file("device.pem", &made.device);
        let host_key = file("host.key", &made.host_key);
        let openssl = |arguments: &[&str]| match Command::new("openssl").args(arguments).output() {
            Ok(output) => Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())),
            Err(_) => None,
        };
        let Some((_, text)) = openssl(&["x509", "-in", &device, "-noout", "-text"]) else {
            println!("skipped: no openssl here");
            return;
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in [
            "Version: 3 (0x2)",
            "Serial Number: 0 (0x0)",
            "Signature Algorithm: sha256WithRSAEncryption",
            "Public-Key: (2048 bit)",
            "Basic Constraints: critical CA:FALSE",
            "Key Usage: critical Digital Signature, Key Encipherment",
            "Subject Key Identifier:",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(text.contains("Issuer: Validity") && text.contains("Subject: Subject Public Key"), "{text}");
        // The device certificate carries the phone's key, the host one ours.
        let (_, public) = openssl(&["x509", "-in", &device, "-noout", "-pubkey"]).unwrap();
        use rsa::pkcs8::EncodePublicKey;
        assert_eq!(public, key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap());
        let (_, of_certificate) = openssl(&["x509", "-in", &host, "-noout", "-pubkey"]).unwrap();
        let (_, of_key) = openssl(&["pkey", "-in", &host_key, "-pubout"]).unwrap();
        assert_eq!(of_certificate, of_key);
        let (_, root_text) = openssl(&["x509", "-in", &root, "-noout", "-text"]).unwrap();
        assert!(root_text.contains("CA:TRUE"));
        // With empty names everywhere `openssl verify` takes each leaf for self-signed (`protocol.md` 2.2.3), so the
        // signature is checked by itself.
        let (_, root_public) = openssl(&["x509", "-in", &root, "-noout", "-pubkey"]).unwrap();
        let (root_public, signed, signature) =
            (file("root.pub", root_public.as_bytes()), file("signed", b""), file("signature", b""));
        for certificate in [&root, &host, &device] {
            let (_, fields) = openssl(&["asn1parse", "-in", certificate]).unwrap();
            let last = fields.lines().last().unwrap().split(':').next().unwrap().trim().to_string();
            openssl(&["asn1parse", "-in", certificate, "-strparse", "4", "-out", &signed, "-noout"]).unwrap();
            openssl(&["asn1parse", "-in", certificate, "-strparse", &last, "-out", &signature, "-noout"]).unwrap();
            let verify = ["dgst", "-sha256", "-verify", &root_public, "-signature", &signature, &signed];
            assert_eq!(openssl(&verify), Some((true, "Verified OK\n".into())), "{certificate}");
        }
    }
}
