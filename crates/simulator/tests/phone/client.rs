//! The least a client needs: usbmux messages, plist frames, pair records, TLS.

use plist::{Dictionary, Value};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData, SignatureAlgorithm};
use rsa::pkcs1::{DecodeRsaPublicKey, EncodeRsaPublicKey};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use wire::{frame, usbmux};

pub fn dictionary<const N: usize>(pairs: [(&str, Value); N]) -> Dictionary {
    pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

pub fn send_mux(stream: &mut TcpStream, tag: u32, request: Dictionary) {
    stream.write_all(&usbmux::encode(tag, request).unwrap()).unwrap();
}

pub fn receive_mux(stream: &mut TcpStream) -> (u32, Dictionary) {
    let mut header = [0; usbmux::HEADER];
    stream.read_exact(&mut header).unwrap();
    let header = usbmux::Header::decode(header).unwrap();
    let mut body = vec![0; header.body()];
    stream.read_exact(&mut body).unwrap();
    (header.tag, frame::decode(&body).unwrap().into_dictionary().unwrap())
}

/// One request on a connection of its own.
pub fn mux(address: SocketAddr, request: Dictionary) -> Dictionary {
    let mut stream = TcpStream::connect(address).unwrap();
    send_mux(&mut stream, 9, request);
    let (tag, reply) = receive_mux(&mut stream);
    assert_eq!(tag, 9);
    reply
}

pub fn devices(address: SocketAddr) -> Vec<u64> {
    let reply = mux(address, dictionary([("MessageType", "ListDevices".into())]));
    let list = reply.get("DeviceList").unwrap().as_array().unwrap();
    let id = |device: &Value| device.as_dictionary()?.get("DeviceID")?.as_unsigned_integer();
    list.iter().map(|device| id(device).unwrap()).collect()
}

/// A tunnel to a port of a phone, or the number of the refusal.
pub fn dial(address: SocketAddr, device: u64, port: u16) -> Result<TcpStream, u64> {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = dictionary([
        ("MessageType", "Connect".into()),
        ("DeviceID", device.into()),
        ("PortNumber", u64::from(port.swap_bytes()).into()),
    ]);
    send_mux(&mut stream, 1, request);
    match receive_mux(&mut stream).1.get("Number").unwrap().as_unsigned_integer().unwrap() {
        0 => Ok(stream),
        refusal => Err(refusal),
    }
}

/// One plist out, one in.
pub fn ask(stream: &mut (impl Read + Write), request: Dictionary) -> Dictionary {
    stream.write_all(&frame::encode_xml(&request.into()).unwrap()).unwrap();
    receive(stream).unwrap()
}

pub fn receive(stream: &mut impl Read) -> std::io::Result<Dictionary> {
    let mut prefix = [0; 4];
    stream.read_exact(&mut prefix)?;
    let mut body = vec![0; frame::length(prefix, frame::SERVICE_LIMIT).unwrap()];
    stream.read_exact(&mut body)?;
    Ok(frame::decode(&body).unwrap().into_dictionary().unwrap())
}

/// A request to lockdown on a connection of its own.
pub fn lockdown(address: SocketAddr, request: Dictionary) -> Dictionary {
    ask(&mut dial(address, devices(address)[0], usbmux::LOCKDOWN_PORT).unwrap(), request)
}

/// A certificate of a made-up computer with its key.
pub struct Credential {
    pub certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// What a computer makes before it pairs.
pub struct Computer {
    pub root: Credential,
    pub host: Credential,
    pub record: Dictionary,
    device_certificate: CertificateDer<'static>,
}

impl Computer {
    /// Signs a certificate for the key the phone gives.
    pub fn new(address: SocketAddr) -> Computer {
        let reply = lockdown(address, dictionary([("Request", "GetValue".into()), ("Key", "DevicePublicKey".into())]));
        let pem = String::from_utf8(reply.get("Value").unwrap().as_data().unwrap().to_vec()).unwrap();
        let device_key = rsa::RsaPublicKey::from_pkcs1_pem(&pem).unwrap();
        let device_key = PhoneKey(device_key.to_pkcs1_der().unwrap().into_vec());

        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root = parameters.self_signed(&root_key).unwrap();
        let issuer = Issuer::from_params(&parameters, &root_key);
        let host_key = KeyPair::generate().unwrap();
        let host = CertificateParams::default().signed_by(&host_key, &issuer).unwrap();
        let device = CertificateParams::default().signed_by(&device_key, &issuer).unwrap();
        let pem = |certificate: &rcgen::Certificate| Value::Data(certificate.pem().into_bytes());
        let record = dictionary([
            ("DeviceCertificate", pem(&device)),
            ("HostCertificate", pem(&host)),
            ("RootCertificate", pem(&root)),
            ("HostID", "6A1C1F0E-0000-4000-8000-000000000001".into()),
            ("SystemBUID", "6A1C1F0E-0000-4000-8000-000000000002".into()),
        ]);
        let (root_der, host_der, device_certificate) = (root.der().clone(), host.der().clone(), device.der().clone());
        drop(issuer);
        Computer {
            root: Credential { certificate: root_der, key: root_key },
            host: Credential { certificate: host_der, key: host_key },
            record,
            device_certificate,
        }
    }

    pub fn pair(&self, address: SocketAddr) -> Dictionary {
        let record = Value::Dictionary(self.record.clone());
        lockdown(address, dictionary([("Request", "Pair".into()), ("PairRecord", record)]))
    }

    /// TLS on `stream` with one of the certificates. The phone must show the certificate made for its key, and prove it has the key.
    pub fn tls(&self, stream: TcpStream, mine: &Credential) -> StreamOwned<ClientConnection, TcpStream> {
        let provider = Arc::new(ring::default_provider());
        let key = PrivatePkcs8KeyDer::from(mine.key.serialize_der());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Exactly(self.device_certificate.clone())))
            .with_client_auth_cert(vec![mine.certificate.clone()], key.into())
            .unwrap();
        let name = ServerName::try_from("phone").unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
    }
}

/// The phone's public key, as a certificate holds it.
struct PhoneKey(Vec<u8>);

impl PublicKeyData for PhoneKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

#[derive(Debug)]
struct Exactly(CertificateDer<'static>);

impl ServerCertVerifier for Exactly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match *end_entity == self.0 {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(rustls::CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
