//! A whole pretend device behind a usbmuxd of its own, as much as a change of the backup password and an empty restore
//! need; it can lie about who it is.

use crate::record::PairRecord;
use crate::stream::{Plists, dictionary};
use crate::tls::tests::acceptor;
use crate::{Address, Attached, Connection, Usbmux};
use plist::{Dictionary, Value};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rustls::version::TLS13;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use wire::afc::{self, op};
use wire::lockdown::service;
use wire::usbmux::{self, HEADER, Header, LOCKDOWN_PORT};
use wire::{devicelink, frame};

pub(super) const UDID: &str = "00008110-0011223344556677";

/// What stands at a port where the paired device is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Front {
    Genuine,
    /// A certificate and key of its own.
    OtherKey,
    /// The device's certificate, which anyone can copy, and another key.
    CopiedCertificate,
    /// The device's own key, in a certificate that has expired.
    Expired,
    /// Wants to go on without TLS.
    Plain,
    /// Announces TLS and answers in plain text.
    Babble,
}

/// How the device behaves, and what it saw.
pub(super) struct Device {
    pub(super) lockdown: Front,
    pub(super) backup: Front,
    /// What a request ends with; `None`: it never does.
    pub(super) code: Option<i64>,
    /// Whether files can be written where the list of apps belongs.
    pub(super) takes_apps: bool,
    pub(super) key: RsaPrivateKey,
    pub(super) record: PairRecord,
    pub(super) encrypts: Mutex<bool>,
    /// What was asked of it, by name, in order.
    pub(super) asked: Mutex<Vec<String>>,
    /// Every byte that came through a tunnel, as it crossed.
    pub(super) raw: Mutex<Vec<u8>>,
    pub(super) request: Mutex<Option<Dictionary>>,
}

impl Device {
    pub(super) fn new(lockdown: Front, backup: Front) -> Device {
        // Keys take long to make.
        static IDENTITY: OnceLock<(RsaPrivateKey, Vec<u8>)> = OnceLock::new();
        let (key, stored) = IDENTITY.get_or_init(|| {
            let (key, mut record) = crate::tls::tests::device();
            record.escrow_bag = Some(zeroize::Zeroizing::new(b"ESCROWBAG".to_vec()));
            (key, record.to_stored().unwrap().to_vec())
        });
        let (key, record) = (key.clone(), PairRecord::read(stored).unwrap());
        Device {
            lockdown,
            backup,
            code: Some(0),
            takes_apps: true,
            key,
            record,
            encrypts: Mutex::default(),
            asked: Mutex::default(),
            raw: Mutex::default(),
            request: Mutex::default(),
        }
    }

    pub(super) async fn start(self) -> (Usbmux, Attached, Arc<Device>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mux = Usbmux::at(Address::Tcp(listener.local_addr().unwrap().to_string()));
        let who = Attached { device_id: 1, udid: UDID.into(), connection: Connection::Usb, address: None, scope: 0 };
        let device = Arc::new(self);
        let serving = device.clone();
        tokio::spawn(async move {
            loop {
                let socket = listener.accept().await.unwrap().0;
                let device = serving.clone();
                // A client that goes is no failure of the test.
                tokio::spawn(async move { device.usbmuxd(socket).await });
            }
        });
        (mux, who, device)
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn note(&self, what: impl Into<String>) {
        self.asked.lock().unwrap().push(what.into());
    }

    async fn usbmuxd(&self, mut socket: TcpStream) -> Option<()> {
        let mut header = [0; HEADER];
        socket.read_exact(&mut header).await.ok()?;
        let mut body = vec![0; Header::decode(header).unwrap().body()];
        socket.read_exact(&mut body).await.ok()?;
        let request = frame::decode(&body).unwrap().into_dictionary().unwrap();
        let reply = match request["MessageType"].as_string()? {
            "ReadPairRecord" => dictionary([("PairRecordData", Value::Data(self.record.to_stored().unwrap()))]),
            _ => dictionary([("Number", 0.into())]),
        };
        socket.write_all(&usbmux::encode(1, reply).unwrap()).await.ok()?;
        let port = usbmux::port_number(request.get("PortNumber")?.as_unsigned_integer()? as u16);
        let tap = Tap { inner: socket, device: self };
        match port {
            LOCKDOWN_PORT => self.lockdown(tap).await,
            1 => self.notifications(self.accept(tap, Front::Genuine).await?).await,
            2 => self.files(self.accept(tap, Front::Genuine).await?).await,
            _ => {
                self.note("connected to the backup service");
                self.backup(self.accept(tap, self.backup).await?).await
            }
        }
    }

    /// The device's side of TLS, or what stands there instead; `None` where the other side leaves.
    async fn accept<'a, S: Duplex + 'a>(&self, mut socket: S, front: Front) -> Option<Box<dyn Duplex + 'a>> {
        if front == Front::Babble {
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            let mut rest = Vec::new();
            socket.read_to_end(&mut rest).await.ok()?;
            return None;
        }
        let stream = self.acceptor(front).accept(socket).await.ok()?;
        Some(Box::new(stream))
    }

    fn acceptor(&self, front: Front) -> TlsAcceptor {
        let pem = self.key.to_pkcs8_pem(LineEnding::LF).unwrap();
        let own = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let certificate = CertificateDer::from_pem_slice(&self.record.device_certificate).unwrap();
        match front {
            Front::OtherKey => crate::tls::tests::stranger(),
            Front::CopiedCertificate => {
                let other = PrivateKeyDer::from_pem_slice(&self.record.host_key).unwrap();
                acceptor(certificate, other, &TLS13)
            }
            Front::Expired => {
                let pair = rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).unwrap();
                let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
                params.not_before = rcgen::date_time_ymd(2010, 1, 1);
                params.not_after = rcgen::date_time_ymd(2020, 1, 1);
                acceptor(params.self_signed(&pair).unwrap().der().clone(), own, &TLS13)
            }
            _ => acceptor(certificate, own, &TLS13),
        }
    }

    async fn lockdown(&self, socket: Tap<'_>) -> Option<()> {
        let mut plain = Plists { socket };
        plain.receive("testing").await.ok()?;
        self.note("StartSession");
        let encrypted = self.lockdown != Front::Plain;
        let reply = dictionary([("SessionID", "S".into()), ("EnableSessionSSL", encrypted.into())]);
        plain.send(&Value::Dictionary(reply), "testing").await.ok()?;
        let socket: Box<dyn Duplex + '_> = match self.lockdown {
            Front::Plain => Box::new(plain.socket),
            front => self.accept(plain.socket, front).await?,
        };
        let mut plists = Plists { socket };
        loop {
            let request = plists.receive("testing").await.ok()?.into_dictionary().unwrap();
            let name = request["Request"].as_string().unwrap();
            self.note(name);
            let reply = match (name, request.get("Key").and_then(Value::as_string)) {
                ("GetValue", Some("WillEncrypt")) => dictionary([("Value", (*self.encrypts.lock().unwrap()).into())]),
                ("StartService", _) => {
                    let (port, encrypted) = match request["Service"].as_string().unwrap() {
                        service::NOTIFICATION_PROXY => (1, true),
                        service::AFC => (2, true),
                        _ => (3, self.backup != Front::Plain),
                    };
                    dictionary([("Port", port.into()), ("EnableServiceSSL", encrypted.into())])
                }
                ("GetValue", _) => dictionary([("Error", "MissingValue".into())]),
                _ => Dictionary::new(),
            };
            plists.send(&Value::Dictionary(reply), "testing").await.ok()?;
        }
    }

    async fn notifications(&self, socket: Box<dyn Duplex + '_>) -> Option<()> {
        let mut plists = Plists { socket };
        loop {
            let command = plists.receive("testing").await.ok()?.into_dictionary().unwrap();
            if command["Command"].as_string() == Some("PostNotification") {
                self.note(command["Name"].as_string().unwrap().rsplit('.').next().unwrap());
            }
        }
    }

    async fn files(&self, mut socket: Box<dyn Duplex + '_>) -> Option<()> {
        loop {
            let mut header = [0; afc::HEADER];
            if socket.read_exact(&mut header).await.is_err() {
                self.note("files closed");
                return None;
            }
            let header = afc::Header::decode(header).unwrap();
            let mut body = vec![0; header.arguments() + header.payload()];
            socket.read_exact(&mut body).await.ok()?;
            let path = String::from_utf8_lossy(&body).replace('\0', " ").trim().to_string();
            let (name, answer) = match header.operation {
                op::FILE_OPEN => ("open".to_string(), op::FILE_OPEN_RESULT),
                op::LOCK if body[8] == 6 => ("lock".into(), op::STATUS),
                op::LOCK => ("unlock".into(), op::STATUS),
                op::CLOSE => ("close".into(), op::STATUS),
                op::MAKE_DIR => (format!("make {path}"), op::STATUS),
                op::REMOVE_PATH => (format!("remove {path}"), op::STATUS),
                op::RENAME => (format!("name {}", path.rsplit(' ').next().unwrap()), op::STATUS),
                op::WRITE => (format!("write {}", String::from_utf8_lossy(&body[8..])), op::STATUS),
                _ => ("other".into(), op::STATUS),
            };
            self.note(name);
            let refused = !self.takes_apps && holds(&body, b"/iTunesRestore");
            let (answer, word) = if refused { (op::STATUS, afc::status::PERMISSION) } else { (answer, 0) };
            socket.write_all(&afc::encode(header.number, answer, &word.to_le_bytes(), &[])).await.ok()?;
            socket.flush().await.ok()?;
        }
    }

    async fn backup(&self, mut socket: Box<dyn Duplex + '_>) -> Option<()> {
        say(&mut socket, vec!["DLMessageVersionExchange".into(), 400.into(), 0.into()]).await?;
        hear(&mut socket).await?;
        say(&mut socket, vec!["DLMessageDeviceReady".into()]).await?;
        hear(&mut socket).await?;
        say_response(&mut socket, 0).await?;
        let request = hear(&mut socket).await?.remove(1).into_dictionary()?;
        self.note(request["MessageName"].as_string()?);
        *self.request.lock().unwrap() = Some(request);
        let Some(code) = self.code else { return std::future::pending().await };
        if code == 0 {
            *self.encrypts.lock().unwrap() = true;
        }
        say_response(&mut socket, code).await?;
        let goodbye = hear(&mut socket).await?;
        self.note(goodbye[0].as_string()?);
        Some(())
    }
}

async fn say(socket: &mut Box<dyn Duplex + '_>, items: Vec<Value>) -> Option<()> {
    socket.write_all(&frame::encode_binary(&Value::Array(items)).unwrap()).await.ok()?;
    socket.flush().await.ok()
}

async fn say_response(socket: &mut Box<dyn Duplex + '_>, code: i64) -> Option<()> {
    let response = dictionary([("MessageName", "Response".into()), ("ErrorCode", code.into())]);
    let Value::Array(items) = devicelink::process(response) else { return None };
    say(socket, items).await
}

async fn hear(socket: &mut Box<dyn Duplex + '_>) -> Option<Vec<Value>> {
    let mut prefix = [0; 4];
    socket.read_exact(&mut prefix).await.ok()?;
    let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
    socket.read_exact(&mut body).await.ok()?;
    frame::decode(&body).unwrap().into_array()
}

pub(super) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// Writes down what comes through.
struct Tap<'a> {
    inner: TcpStream,
    device: &'a Device,
}

mod tap {
    use super::Tap;
    use std::io::Result;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    impl AsyncRead for Tap<'_> {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
            let before = buf.filled().len();
            let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
            self.device.raw.lock().unwrap().extend_from_slice(&buf.filled()[before..]);
            polled
        }
    }

    impl AsyncWrite for Tap<'_> {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
            Pin::new(&mut self.inner).poll_write(cx, bytes)
        }
        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            Pin::new(&mut self.inner).poll_flush(cx)
        }
        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            Pin::new(&mut self.inner).poll_shutdown(cx)
        }
    }
}
