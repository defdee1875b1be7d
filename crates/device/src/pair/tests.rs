use super::*;
use crate::Address;
use crate::stream::{Plists, dictionary};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use wire::usbmux::{self, HEADER, Header, result};

/// A usbmuxd that keeps one pair record, before a phone; everything asked of either is written down.
#[derive(Default)]
struct Computer {
    record: Mutex<Option<Vec<u8>>>,
    /// What a session is secured with; without one the phone has forgotten this computer.
    session: Option<TlsAcceptor>,
    /// Sent where TLS should start.
    noise: Option<&'static [u8]>,
    asked: Mutex<Vec<String>>,
}

impl Computer {
    async fn start(self) -> (Usbmux, Arc<Computer>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mux = Usbmux::at(Address::Tcp(listener.local_addr().unwrap().to_string()));
        let computer = Arc::new(self);
        let serving = computer.clone();
        tokio::spawn(async move {
            loop {
                let socket = listener.accept().await.unwrap().0;
                let computer = serving.clone();
                tokio::spawn(async move { computer.usbmuxd(socket).await });
            }
        });
        (mux, computer)
    }

    async fn usbmuxd(&self, mut socket: TcpStream) {
        let mut header = [0; HEADER];
        socket.read_exact(&mut header).await.unwrap();
        let mut body = vec![0; Header::decode(header).unwrap().body()];
        socket.read_exact(&mut body).await.unwrap();
        let name = self.heard(&wire::frame::decode(&body).unwrap(), "MessageType");
        let record = self.record.lock().unwrap().clone();
        let reply = match (name.as_str(), record) {
            ("ReadPairRecord", Some(record)) => dictionary([("PairRecordData", Value::Data(record))]),
            ("ReadPairRecord", None) => dictionary([("Number", result::NO_RECORD.into())]),
            _ => dictionary([("Number", result::OK.into())]),
        };
        if name == "DeletePairRecord" {
            self.record.lock().unwrap().take();
        }
        socket.write_all(&usbmux::encode(1, reply).unwrap()).await.unwrap();
        if name == "Connect" {
            self.lockdown(socket).await;
        }
    }

    async fn lockdown(&self, socket: TcpStream) {
        let mut plists = Plists { socket };
        let Ok(request) = plists.receive("testing").await else { return };
        let reply = match (self.heard(&request, "Request").as_str(), &self.session) {
            ("StartSession", _) if self.noise.is_some() => {
                dictionary([("SessionID", "S".into()), ("EnableSessionSSL", true.into())])
            }
            ("StartSession", Some(_)) => dictionary([("SessionID", "S".into()), ("EnableSessionSSL", true.into())]),
            ("StartSession", None) => dictionary([("Error", "InvalidHostID".into())]),
            _ => dictionary([("Error", "UserDeniedPairing".into())]),
        };
        plists.send(&Value::Dictionary(reply), "testing").await.unwrap();
        if let Some(noise) = self.noise {
            plists.socket.write_all(noise).await.unwrap();
            let _ = plists.socket.read_to_end(&mut Vec::new()).await;
        } else if let Some(session) = &self.session {
            let _ = session.accept(plists.socket).await;
        }
    }

    fn heard(&self, request: &Value, field: &str) -> String {
        let name = request.as_dictionary().unwrap().get(field).unwrap().as_string().unwrap().to_string();
        self.asked.lock().unwrap().push(name.clone());
        name
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn over(connection: Connection) -> Attached {
    Attached { device_id: 1, udid: "U".into(), connection, address: None, scope: 0 }
}

fn stored() -> Option<Vec<u8>> {
    Some(crate::tls::tests::device().1.to_stored().unwrap())
}

async fn trust(mux: &Usbmux, connection: Connection) -> Result<()> {
    pair(mux, &over(connection), |_| {}, CancellationToken::new()).await
}

#[tokio::test]
async fn over_the_network_nothing_is_paired() {
    let damaged = Some(b"<plist><dict/></plist>".to_vec());
    for (record, asked) in [
        (None, &["ReadPairRecord"][..]),
        (damaged, &["ReadPairRecord"]),
        (stored(), &["ReadPairRecord", "Connect", "StartSession"]),
    ] {
        let (mux, computer) = Computer { record: Mutex::new(record.clone()), ..Computer::default() }.start().await;
        assert!(matches!(trust(&mux, Connection::Network).await, Err(Error::PairingNeedsCable)));
        assert_eq!(computer.asked(), asked);

        let anew = pair_anew(&mux, &over(Connection::Network), |_| {}, CancellationToken::new()).await;
        assert!(matches!(anew, Err(Error::PairingNeedsCable)));
        assert_eq!(computer.asked(), asked);
        assert_eq!(*computer.record.lock().unwrap(), record);
    }
}

#[tokio::test]
async fn another_device_does_not_replace_the_record() {
    let record = stored();
    let session = Some(crate::tls::tests::stranger());
    let (mux, computer) = Computer { record: Mutex::new(record.clone()), session, ..Computer::default() }.start().await;
    assert!(matches!(trust(&mux, Connection::Usb).await, Err(Error::WrongDevice)));
    assert_eq!(computer.asked(), ["ReadPairRecord", "Connect", "StartSession"]);
    assert_eq!(*computer.record.lock().unwrap(), record);
}

#[tokio::test]
async fn a_broken_connection_is_no_stale_record() {
    let record = stored();
    // A TLS alert other than one about a certificate, and no TLS at all.
    for noise in [&[21, 3, 3, 0, 2, 2, 80][..], b"HTTP/1.1 400 Bad Request\r\n\r\n"] {
        let computer = Computer { record: Mutex::new(record.clone()), noise: Some(noise), ..Computer::default() };
        let (mux, computer) = computer.start().await;
        let trusted = trust(&mux, Connection::Usb).await;
        assert!(matches!(trusted, Err(Error::Tls(_))), "{trusted:?}");
        assert_eq!(computer.asked(), ["ReadPairRecord", "Connect", "StartSession"]);
        assert!(matches!(crate::facts(&mux, &over(Connection::Usb)).await, Err(Error::Tls(_))));
    }
}

#[tokio::test]
async fn a_phone_that_refuses_the_certificate_is_paired_again_over_a_cable() {
    for version in [&TLS12, &TLS13] {
        let (key, record) = crate::tls::tests::device();
        let session = Some(refusing(&key, &record, version));
        let record = Mutex::new(Some(record.to_stored().unwrap()));
        let (mux, computer) = Computer { record, session, ..Computer::default() }.start().await;
        assert!(matches!(trust(&mux, Connection::Network).await, Err(Error::PairingNeedsCable)));
        assert_eq!(computer.asked(), ["ReadPairRecord", "Connect", "StartSession"]);
        assert!(matches!(trust(&mux, Connection::Usb).await, Err(Error::TrustRefused)));
        assert_eq!(computer.asked()[3..], ["ReadPairRecord", "Connect", "StartSession", "Connect", "GetValue"]);
    }
}

/// The phone's side of one that knows no computer's certificate.
fn refusing(key: &RsaPrivateKey, record: &PairRecord, version: &'static SupportedProtocolVersion) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(&record.device_certificate).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(Arc::new(KnowsNobody))
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[derive(Debug)]
struct KnowsNobody;

impl ClientCertVerifier for KnowsNobody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Err(rustls::CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _leaf: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _leaf: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn pairing_anew_forgets_the_record_first() {
    let record = Some(b"old".to_vec());
    let (mux, computer) = Computer { record: Mutex::new(record), ..Computer::default() }.start().await;
    let anew = pair_anew(&mux, &over(Connection::Usb), |_| {}, CancellationToken::new()).await;
    assert!(matches!(anew, Err(Error::TrustRefused)));
    assert_eq!(computer.asked(), ["DeletePairRecord", "ReadPairRecord", "Connect", "GetValue"]);
    assert_eq!(*computer.record.lock().unwrap(), None);
}
