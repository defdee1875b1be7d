//! TLS to a phone, pinned to the key it showed when it was paired (`protocol.md` 2.2.3).

use crate::expiry;
use crate::record::PairRecord;
use crate::stream::{Socket, lost};
use crate::{Error, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;
use tokio::io::BufReader;
use tokio_rustls::TlsConnector;

/// Ciphertext read from the socket at once; untouched memory costs nothing.
const READ_AHEAD: usize = 256 << 10;

/// Turns a connection to the paired phone into a TLS one.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
}

impl Tls {
    pub(crate) fn new(record: &PairRecord) -> Result<Tls> {
        let field = |field| move |_| Error::PairRecord { field };
        let device = CertificateDer::from_pem_slice(&record.device_certificate).map_err(field("DeviceCertificate"))?;
        let host = CertificateDer::from_pem_slice(&record.host_certificate).map_err(field("HostCertificate"))?;
        let key = PrivateKeyDer::from_pem_slice(&record.host_key).map_err(field("HostPrivateKey"))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pin = Pin {
            key: public_key(&device).map_err(|_| Error::PairRecord { field: "DeviceCertificate" })?,
            algorithms: provider.signature_verification_algorithms,
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(pin))
            .with_client_auth_cert(vec![host], key)?;
        config.enable_sni = false;
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Tls { connector: TlsConnector::from(Arc::new(config)) })
    }

    pub(crate) async fn connect(&self, socket: Socket) -> Result<Socket> {
        // Not sent, as SNI is off; certificates of phones carry no name.
        let name = ServerName::try_from("device").map_err(|_| Error::WrongDevice)?;
        // rustls itself asks for a few kilobytes at a time.
        let socket = BufReader::with_capacity(READ_AHEAD, socket);
        match self.connector.connect(name, socket).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(lost("starting TLS")(error)),
        }
    }
}

/// What a failure of TLS means. Only the phone's own word on our certificate says that it has forgotten this computer.
pub(crate) fn failure(error: &rustls::Error) -> Error {
    use AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::ApplicationVerificationFailure | CertificateError::BadSignature,
        ) => Error::WrongDevice,
        rustls::Error::InvalidCertificate(CertificateError::Expired)
        | rustls::Error::AlertReceived(Alert::CertificateExpired) => Error::TrustExpired,
        rustls::Error::AlertReceived(
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::UnknownCA
            | Alert::AccessDenied,
        ) => Error::TrustForgotten,
        other => Error::Tls(other.clone()),
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Result<Vec<u8>, rustls::Error> {
    Ok(ParsedCertificate::try_from(certificate)?.subject_public_key_info().to_vec())
}

/// Accepts exactly one public key, whatever names its certificate carries, until the pairing has expired. When it
/// begins is not looked at: it was made by this computer, whose clock may have been wrong.
#[derive(Debug)]
struct Pin {
    key: Vec<u8>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if public_key(leaf)? != self.key {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        match expiry::ends(leaf) {
            Some(end) if now.as_secs() <= end => Ok(ServerCertVerified::assertion()),
            Some(_) => Err(CertificateError::Expired.into()),
            None => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, leaf, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, leaf, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::certificates::Certificates;
    use rsa::RsaPrivateKey;
    use rsa::pkcs1::EncodeRsaPublicKey;
    use rsa::pkcs8::{EncodePrivateKey, LineEnding};
    use rsa::rand_core::OsRng;
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::version::{TLS12, TLS13};
    use rustls::{ServerConfig, SupportedProtocolVersion};
    use std::io;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
    use tokio_rustls::TlsAcceptor;

    pub(crate) fn device() -> (RsaPrivateKey, PairRecord) {
        let key = RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
        let public = key.to_public_key().to_pkcs1_pem(LineEnding::LF).unwrap();
        let record = PairRecord::new(Certificates::generate(public.as_bytes()).unwrap(), "BUID".into(), None);
        (key, record)
    }

    /// The phone's side for one that shows `certificate` and signs with `key`.
    pub(crate) fn acceptor(
        certificate: CertificateDer<'static>,
        key: PrivateKeyDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> TlsAcceptor {
        let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        let shown = Arc::new(CertifiedKey::new(vec![certificate], key));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
        TlsAcceptor::from(Arc::new(config))
    }

    /// The phone's side of a phone nobody paired.
    pub(crate) fn stranger() -> TlsAcceptor {
        let made = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        acceptor(made.cert.der().clone(), key, &TLS13)
    }

    /// A phone that goes without `close_notify`, as phones do.
    fn phone(
        certificate: CertificateDer<'static>,
        key: PrivateKeyDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> Socket {
        let acceptor = acceptor(certificate, key, version);
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            if let Ok(mut stream) = acceptor.accept(far).await {
                let _ = stream.write_all(b"hello").await;
            }
        });
        Box::new(near)
    }

    /// Counts how often it is asked for bytes and has some.
    #[derive(Debug)]
    struct Counted(tokio::io::DuplexStream, Arc<AtomicUsize>);

    impl AsyncRead for Counted {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            let polled = Pin::new(&mut self.0).poll_read(cx, buf);
            self.1.fetch_add(usize::from(polled.is_ready()), Ordering::Relaxed);
            polled
        }
    }

    impl AsyncWrite for Counted {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }
        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }
        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    #[tokio::test]
    async fn the_socket_is_read_in_large_pieces() {
        const BYTES: usize = 8 << 20;
        let (key, record) = device();
        let certificate = CertificateDer::from_pem_slice(&record.device_certificate).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes()).unwrap();
        let (near, far) = tokio::io::duplex(1 << 20);
        let phone = acceptor(certificate, key, &TLS13);
        tokio::spawn(async move {
            let mut stream = phone.accept(far).await.unwrap();
            stream.write_all(&vec![7; BYTES]).await.unwrap();
            stream.flush().await
        });
        let reads = Arc::new(AtomicUsize::new(0));
        let tls = Tls::new(&record).unwrap();
        let mut stream = tls.connect(Box::new(Counted(near, reads.clone()))).await.unwrap();
        let mut content = vec![0; BYTES];
        stream.read_exact(&mut content).await.unwrap();
        assert!(content.iter().all(|byte| *byte == 7));
        // rustls alone reads at most 20 KiB at once: over 400 times.
        let reads = reads.load(Ordering::Relaxed);
        assert!(reads < 100, "{reads}");
    }

    #[tokio::test]
    async fn only_the_paired_key_is_accepted() {
        let (key, record) = device();
        let tls = Tls::new(&record).unwrap();
        let certificate = CertificateDer::from_pem_slice(&record.device_certificate).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes()).unwrap();
        let other_key = PrivateKeyDer::from_pem_slice(&record.host_key).unwrap();
        let other = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        let other_pair = PrivateKeyDer::try_from(other.signing_key.serialize_der()).unwrap();
        for version in [&TLS12, &TLS13] {
            let mut stream = tls.connect(phone(certificate.clone(), key.clone_key(), version)).await.unwrap();
            let mut five = [0; 5];
            stream.read_exact(&mut five).await.unwrap();
            assert_eq!(&five, b"hello");
            let end = stream.read_exact(&mut five).await.map_err(lost("testing"));
            assert!(matches!(end, Err(Error::Disconnected)));

            let stranger = phone(other.cert.der().clone(), other_pair.clone_key(), version);
            assert!(matches!(tls.connect(stranger).await, Err(Error::WrongDevice)));
            // The right certificate, which anyone can copy, without its key.
            let impostor = phone(certificate.clone(), other_key.clone_key(), version);
            assert!(matches!(tls.connect(impostor).await, Err(Error::WrongDevice)));
        }
    }
}
