//! The phone's side of TLS: it shows the certificate the host made for its key and knows the host by its exact certificates.
//!
//! No chain is checked: every name in a pair record is empty, so chains mean nothing (`protocol.md` 2.2.3).
//! libimobiledevice presents the Root certificate, others the Host certificate; a phone takes both.

use crate::stream::Raw;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, WantsServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    CertificateError, ConfigBuilder, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The set-up for one trusted host; `None` when `certificate` is not for `key`.
pub(crate) fn server(
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    accepted: [CertificateDer<'static>; 2],
) -> Option<Arc<ServerConfig>> {
    Some(without_sessions(builder(accepted)?.with_single_cert(vec![certificate], key.into()).ok()?))
}

/// The set-up of a phone that shows a certificate whether `key` belongs to it or not.
pub(crate) fn impostor(
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    accepted: [CertificateDer<'static>; 2],
) -> Option<Arc<ServerConfig>> {
    let key = ring::default_provider().key_provider.load_private_key(key.into()).ok()?;
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
    Some(without_sessions(builder(accepted)?.with_cert_resolver(Arc::new(shown))))
}

fn builder(accepted: [CertificateDer<'static>; 2]) -> Option<ConfigBuilder<ServerConfig, WantsServerCert>> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(KnownHost { accepted, algorithms: provider.signature_verification_algorithms });
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .ok()?;
    Some(builder.with_client_cert_verifier(verifier))
}

fn without_sessions(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Arc::new(config)
}

/// Accepts TLS on `raw`.
pub(crate) async fn accept(config: Arc<ServerConfig>, raw: Raw) -> io::Result<TlsStream<Raw>> {
    TlsAcceptor::from(config).accept(raw).await
}

#[derive(Debug)]
struct KnownHost {
    accepted: [CertificateDer<'static>; 2],
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for KnownHost {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if self.accepted.iter().any(|known| known.as_ref() == end_entity.as_ref()) {
            return Ok(ClientCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
