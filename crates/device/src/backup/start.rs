//! The way into a backup and out of it (`protocol.md` 2.7.1, 2.7.8).

use super::link::Link;
use super::report::Report;
use super::session::Session;
use super::stop::Stop;
use super::worker::Worker;
use super::{BackupFiles, BackupOptions, IconCache, Outcome, Phase};
use crate::heartbeat::Heartbeat;
use crate::info::Gathered;
use crate::lockdown::Lockdown;
use crate::mux::Connection;
use crate::sync::SyncSession;
use crate::{Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};
use std::io;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use wire::devicelink::{self, Message, signed};
use wire::lockdown::{notification, service};

const INFO: &str = "Info.plist";
/// The backup service starts slowly on old phones.
const PATIENCE: Duration = Duration::from_secs(90);
const DOING: &str = "starting the backup";

pub(super) async fn run(
    mux: &Usbmux,
    who: &Attached,
    worker: &mut Worker,
    report: Report,
    options: BackupOptions,
    stop: Stop,
) -> Result<Outcome> {
    let mut lockdown = unless(&stop, Lockdown::trusted(mux, who)).await?;
    let _heartbeat = match who.connection {
        Connection::Network => Some(unless(&stop, Heartbeat::start(&mut lockdown)).await?),
        Connection::Usb => None,
    };
    let (mut sync, heard) = unless(&stop, SyncSession::open(&mut lockdown)).await?;
    let backup = Backup { lockdown, worker, report, options, stop, udid: who.udid.clone() };
    let result = backup.run(&mut sync, heard).await;
    if !matches!(result, Err(Error::Disconnected)) {
        sync.finish().await;
    }
    result
}

struct Backup<'a> {
    lockdown: Lockdown,
    worker: &'a mut Worker,
    report: Report,
    options: BackupOptions,
    stop: Stop,
    udid: String,
}

impl Backup<'_> {
    async fn run(mut self, sync: &mut SyncSession, heard: mpsc::UnboundedReceiver<String>) -> Result<Outcome> {
        let stop = self.stop.clone();
        let (notices, _passing) = pass_on(heard, stop.clone());
        let socket = unless(&stop, self.lockdown.start_service(service::BACKUP, true)).await?;
        let mut link = Link::new(socket, stop.clone());
        unless(&stop, greet(&mut link)).await?;
        unless(&stop, sync.start()).await?;

        self.report.phase(Phase::Preparing);
        let icons = self.options.icons.as_deref_mut().map(|cache| cache as &mut dyn IconCache);
        let gathered = unless(&stop, Gathered::ask(&mut self.lockdown, &mut sync.afc, icons)).await?;
        self.lockdown.close().await;
        write_info(self.worker, gathered.to_plist(&self.udid, &self.options.guid, SystemTime::now())?).await?;

        let mut session = Session::new(link, self.worker, self.report, &self.udid);
        let result = session.back_up(self.options.full, notices).await;
        if result.is_ok() {
            let info = gathered.to_plist(&self.udid, &self.options.guid, SystemTime::now())?;
            write_info(session.worker, info).await?;
        }
        if !matches!(result, Err(Error::Disconnected)) {
            session.link.disconnect().await;
        }
        result.map(|()| session.report.outcome)
    }
}

/// `work`, unless stopping is wanted.
async fn unless<T>(stop: &Stop, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        biased;
        () = stop.soon.cancelled() => Err(stop.error()),
        result = work => result,
    }
}

/// Version exchange and Hello. The phone's own version number is taken (`protocol.md` 2.7.1).
pub(super) async fn greet(link: &mut Link) -> Result<()> {
    let Message::VersionExchange { major, .. } = Message::parse(link.message(PATIENCE, DOING).await?)? else {
        return Err(Error::Unexpected { doing: DOING });
    };
    link.send(&devicelink::versions_ok(major)).await?;
    let Message::DeviceReady = Message::parse(link.message(PATIENCE, DOING).await?)? else {
        return Err(Error::Unexpected { doing: DOING });
    };
    let versions = Value::Array(vec![Value::Real(2.0), Value::Real(2.1)]);
    let mut hello = Dictionary::new();
    hello.insert("MessageName".into(), "Hello".into());
    hello.insert("SupportedProtocolVersions".into(), versions);
    link.send(&devicelink::process(hello)).await?;
    match Message::parse(link.message(PATIENCE, DOING).await?)? {
        Message::Process(answer) => match answer.get("ErrorCode").and_then(signed) {
            Some(0) => Ok(()),
            _ => Err(Error::BackupVersion),
        },
        _ => Err(Error::Unexpected { doing: DOING }),
    }
}

/// Passes notifications on to the session, except the tap on "cancel", which acts at once, even amid files.
fn pass_on(
    mut heard: mpsc::UnboundedReceiver<String>,
    stop: Stop,
) -> (mpsc::UnboundedReceiver<String>, AbortOnDropHandle<()>) {
    let (sender, notices) = mpsc::unbounded_channel();
    let passing = tokio::spawn(async move {
        while let Some(name) = heard.recv().await {
            match name.as_str() {
                notification::SYNC_CANCEL => stop.wanted_by_device(),
                _ => drop(sender.send(name)),
            }
        }
    });
    (notices, AbortOnDropHandle::new(passing))
}

async fn write_info(worker: &mut Worker, content: Vec<u8>) -> Result<()> {
    let written = worker.run(move |files| write(files, INFO, &content)).await?;
    written.map_err(|error| match super::errno::code(&error) {
        devicelink::status::NO_SPACE => Error::DiskFull { needed: None, free: None },
        _ => Error::Files { path: INFO.into(), source: error },
    })
}

fn write(files: &mut dyn BackupFiles, path: &str, content: &[u8]) -> io::Result<()> {
    files.begin("", path)?;
    let written = files.write(content).and_then(|()| files.commit());
    if let Err(error) = &written {
        files.abort("", path, 0, &error.to_string());
    }
    written
}
