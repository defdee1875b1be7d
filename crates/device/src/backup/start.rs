//! The way into a session and out of it (`protocol.md` 2.7.1, 2.7.8).

use super::deadlines::GREETING;
use super::link::Link;
use super::stop::Stop;
use crate::keep_awake::KeepAwake;
use crate::lockdown::Lockdown;
use crate::sync::SyncSession;
use crate::{Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;
use wire::devicelink::{self, Message, signed};
use wire::lockdown::{notification, service};

const DOING: &str = "starting the backup service";

/// A phone that holds the sync lock for us and waits for one request. Dropping it lets go of everything.
pub(super) struct Ready {
    pub(super) lockdown: Lockdown,
    pub(super) sync: SyncSession,
    pub(super) link: Link,
    /// Whether the phone shows its passcode sheet, as far as it tells.
    pub(super) passcode: watch::Receiver<Option<bool>>,
    _passing: AbortOnDropHandle<()>,
    _awake: KeepAwake,
}

impl Ready {
    pub(super) async fn make(mux: &Usbmux, who: &Attached, stop: &Stop) -> Result<Ready> {
        let mut lockdown = unless(stop, Lockdown::trusted(mux, who)).await?;
        let awake = unless(stop, KeepAwake::hold(&mut lockdown)).await?;
        let (mut sync, heard) = unless(stop, SyncSession::open(&mut lockdown)).await?;
        let (passcode, passing) = pass_on(heard, stop.clone());
        match unless(stop, greeted(&mut lockdown, &mut sync, stop)).await {
            Ok(link) => Ok(Ready { lockdown, sync, link, passcode, _passing: passing, _awake: awake }),
            Err(error) => {
                if !matches!(error, Error::Disconnected) {
                    sync.finish().await;
                }
                Err(error)
            }
        }
    }

    /// Lets go of the lock and says goodbye, where somebody is left to hear it.
    pub(super) async fn end<T>(self, result: Result<T>) -> Result<T> {
        if !matches!(result, Err(Error::Disconnected)) {
            tokio::join!(self.sync.finish(), self.link.disconnect());
        }
        result
    }
}

/// The backup service, greeted, and then the lock.
async fn greeted(lockdown: &mut Lockdown, sync: &mut SyncSession, stop: &Stop) -> Result<Link> {
    let socket = lockdown.start_service(service::BACKUP, true).await?;
    let mut link = Link::new(socket, stop.clone());
    greet(&mut link).await?;
    sync.start().await?;
    Ok(link)
}

/// `work`, unless stopping is wanted.
pub(super) async fn unless<T>(stop: &Stop, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        biased;
        () = stop.soon.cancelled() => Err(stop.error()),
        result = work => result,
    }
}

/// Version exchange and Hello. The phone's own version number is taken (`protocol.md` 2.7.1).
pub(super) async fn greet(link: &mut Link) -> Result<()> {
    let Message::VersionExchange { major, .. } = Message::parse(link.message(GREETING, DOING).await?)? else {
        return Err(Error::Unexpected { doing: DOING });
    };
    link.send(&devicelink::versions_ok(major)).await?;
    let Message::DeviceReady = Message::parse(link.message(GREETING, DOING).await?)? else {
        return Err(Error::Unexpected { doing: DOING });
    };
    let versions = Value::Array(vec![Value::Real(2.0), Value::Real(2.1)]);
    let mut hello = Dictionary::new();
    hello.insert("MessageName".into(), "Hello".into());
    hello.insert("SupportedProtocolVersions".into(), versions);
    link.send(&devicelink::process(hello)).await?;
    match Message::parse(link.message(GREETING, DOING).await?)? {
        Message::Process(answer) => match answer.get("ErrorCode").and_then(signed) {
            Some(0) => Ok(()),
            _ => Err(Error::BackupVersion),
        },
        _ => Err(Error::Unexpected { doing: DOING }),
    }
}

/// Passes on what is told of the passcode sheet. A tap on "cancel" acts at once, even amid files. That the phone
/// suspends or resumes needs no answer: it stops asking meanwhile, and the deadlines bear it.
pub(super) fn pass_on(
    mut heard: mpsc::Receiver<String>,
    stop: Stop,
) -> (watch::Receiver<Option<bool>>, AbortOnDropHandle<()>) {
    let (sender, passcode) = watch::channel(None);
    let passing = tokio::spawn(async move {
        while let Some(name) = heard.recv().await {
            match name.as_str() {
                notification::SYNC_CANCEL => stop.wanted_by_device(),
                notification::PASSCODE_PRESENTED => drop(sender.send(Some(true))),
                notification::PASSCODE_DISMISSED => drop(sender.send(Some(false))),
                _ => tracing::debug!("the device posted a notification"),
            }
        }
    });
    (passcode, AbortOnDropHandle::new(passing))
}
