//! A phone that is not who it says, or keeps nothing secret: for the faults, and to hear what a host tells it all the same.

use crate::device::{Device, lock};
use crate::identity::{DeviceKey, Host};
use crate::stream::Raw;
use crate::{FaultyTls, tls};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use rustls_pki_types::CertificateDer;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes kept of what hosts tell.
const HEARD_LIMIT: usize = 1 << 20;

impl Device {
    /// The line a host gets where it should get TLS to this phone.
    pub async fn impostor_line(&self, fault: FaultyTls, host: &Host, raw: Raw) -> io::Result<Raw> {
        let line: Raw = match fault {
            FaultyTls::None | FaultyTls::Plain => raw,
            FaultyTls::OtherKey | FaultyTls::SwappedKey | FaultyTls::Expired => {
                let config = self.impostor_tls(fault, host).map_err(io::Error::other)?;
                Box::new(tls::accept(config, raw).await?)
            }
        };
        Ok(Box::new(Overheard { line, heard: self.overheard.clone() }))
    }

    fn impostor_tls(&self, fault: FaultyTls, host: &Host) -> crate::Result<Arc<rustls::ServerConfig>> {
        let path = self.home.join("other-key.der");
        let unusable = || crate::Error::Key { path: path.clone() };
        let config = if fault == FaultyTls::Expired {
            let certificate = certificate_of(&self.key, (2005, 2015)).ok_or_else(unusable)?;
            tls::impostor(certificate, self.key.private(), host.accepted())
        } else {
            let other = DeviceKey::load_or_make(&path)?;
            let shown = match fault {
                FaultyTls::OtherKey => certificate_of(&other, (2020, 2050)).ok_or_else(unusable)?,
                _ => host.device_certificate(),
            };
            tls::impostor(shown, other.private(), host.accepted())
        };
        config.ok_or_else(unusable)
    }
}

/// A certificate the key gives itself, good from the beginning of one year to that of another.
fn certificate_of(key: &DeviceKey, (from, to): (i32, i32)) -> Option<CertificateDer<'static>> {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&key.private(), &PKCS_RSA_SHA256).ok()?;
    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(from, 1, 1);
    parameters.not_after = date_time_ymd(to, 1, 1);
    Some(parameters.self_signed(&key).ok()?.der().clone())
}

/// Keeps what the host says.
struct Overheard {
    line: Raw,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Overheard {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.line).poll_read(context, into))?;
        let mut heard = lock(&self.heard);
        let room = HEARD_LIMIT.saturating_sub(heard.len());
        let new = &into.filled()[before..];
        heard.extend_from_slice(&new[..new.len().min(room)]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(context)
    }
}
