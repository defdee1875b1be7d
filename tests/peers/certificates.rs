//! openssl judges the certificates Heirloom makes when it pairs.

use crate::backups::Client;
use crate::computer::{Computer, text};
use plist::{Dictionary, Value};
use std::path::{Path, PathBuf};

#[tokio::test(flavor = "multi_thread")]
async fn openssl_accepts_the_pair_record() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    let record =
        Value::from_file(computer.pair_record()).expect("a property list").into_dictionary().expect("a record");
    for name in ["HostID", "SystemBUID", "WiFiMACAddress"] {
        assert!(record.get(name).and_then(Value::as_string).is_some_and(|text| !text.is_empty()), "{name}");
    }
    assert_eq!(record["WiFiMACAddress"].as_string(), Some(computer.phone().persona().wifi_address.as_str()));
    assert_eq!(record.get("EscrowBag").and_then(Value::as_data).map(<[u8]>::len), Some(32));

    let root = pem(&computer, &record, "RootCertificate");
    let verified = computer.run("openssl", &["verify", "-x509_strict", "-CAfile", text(&root), text(&root)]).await;
    assert!(verified.trim().ends_with(": OK"), "{verified}");
    for (name, authority) in [("RootCertificate", true), ("HostCertificate", false), ("DeviceCertificate", false)] {
        let certificate = pem(&computer, &record, name);
        signed_by(&computer, &root, &certificate).await;
        let shown = computer.run("openssl", &["x509", "-noout", "-text", "-in", text(&certificate)]).await;
        let constraint = if authority { "CA:TRUE" } else { "CA:FALSE" };
        for said in
            ["Version: 3 (0x2)", "Signature Algorithm: sha256WithRSAEncryption", "Public-Key: (2048 bit)", constraint]
        {
            assert!(shown.contains(said), "{name} without {said}: {shown}");
        }
        assert!(authority || shown.contains("Digital Signature, Key Encipherment"), "{name}: {shown}");
        computer.run("openssl", &["x509", "-noout", "-checkend", "31536000", "-in", text(&certificate)]).await;
    }

    for (key, certificate) in [("RootPrivateKey", "RootCertificate"), ("HostPrivateKey", "HostCertificate")] {
        let private = pem(&computer, &record, key);
        let checked = computer.run("openssl", &["pkey", "-noout", "-check", "-in", text(&private)]).await;
        assert!(checked.contains("Key is valid"), "{key}: {checked}");
        let own = computer.run("openssl", &["pkey", "-pubout", "-in", text(&private)]).await;
        assert_eq!(own, public_key(&computer, &pem(&computer, &record, certificate)).await, "{key} fits {certificate}");
    }
    let phones_own = pem_of_the_phone(&computer).await;
    assert_eq!(phones_own, public_key(&computer, &pem(&computer, &record, "DeviceCertificate")).await);
}

/// A field of the record as a file of its own.
fn pem(computer: &Computer, record: &Dictionary, name: &str) -> PathBuf {
    let path = computer.path(&format!("{name}.pem"));
    std::fs::write(&path, record[name].as_data().expect("PEM")).expect("a file");
    path
}

/// The root's key signed the certificate. No chain is built: names in these certificates are empty, as phones know them from
/// other computers, and openssl takes a certificate whose issuer is named like itself for self-signed.
async fn signed_by(computer: &Computer, root: &Path, certificate: &Path) {
    let outline = computer.run("openssl", &["asn1parse", "-in", text(certificate)]).await;
    let parts =
        outline.lines().filter(|line| line.contains(":d=1 ")).filter_map(|line| line.trim_start().split(':').next());
    let parts: Vec<&str> = parts.collect();
    let [content, _algorithm, signature] = parts[..] else { panic!("a certificate of three parts: {outline}") };
    let [content_file, signature_file, key] = ["content", "signature", "key"].map(|name| computer.path(name));
    for (part, file) in [(content, &content_file), (signature, &signature_file)] {
        computer
            .run("openssl", &["asn1parse", "-noout", "-in", text(certificate), "-strparse", part, "-out", text(file)])
            .await;
    }
    std::fs::write(&key, public_key(computer, root).await).expect("a file");
    let asked = ["dgst", "-sha256", "-verify", text(&key), "-signature", text(&signature_file), text(&content_file)];
    let verified = computer.run("openssl", &asked).await;
    assert_eq!(verified.trim(), "Verified OK", "{}", certificate.display());
}

async fn public_key(computer: &Computer, certificate: &Path) -> String {
    computer.run("openssl", &["x509", "-noout", "-pubkey", "-in", text(certificate)]).await
}

/// The key lockdown gives out, which the device certificate must be made for.
async fn pem_of_the_phone(computer: &Computer) -> String {
    let values = computer.run("ideviceinfo", &["-s", "-x"]).await;
    let values = Value::from_reader(std::io::Cursor::new(values)).expect("a property list");
    let key = values.as_dictionary().and_then(|values| values.get("DevicePublicKey")).and_then(Value::as_data);
    let path = computer.path("DevicePublicKey.pem");
    std::fs::write(&path, key.expect("a key")).expect("a file");
    computer.run("openssl", &["rsa", "-RSAPublicKey_in", "-pubout", "-in", text(&path)]).await
}
