//! The loop of a session: the phone asks, this computer does it and answers once (`protocol.md` 2.7.3).

use super::aim::Aim;
use super::link::Link;
use super::report::Report;
use super::worker::Worker;
use super::{BackupFailure, Refused, errno, outcome};
use crate::secret::wipe;
use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::collections::VecDeque;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::devicelink::{self, Message, status};
use wire::path::Refusal;

pub(super) const STATUS: &str = "Status.plist";
/// What a phone asks beyond its need when it wants space freed (`protocol.md` 2.7.12).
const PURGE_EXTRA: u64 = 2 << 30;
/// So much of an unknown message's name is told.
const NAME_KEPT: usize = 64;

pub(super) struct Session<'a> {
    pub(super) link: &'a mut Link,
    pub(super) worker: &'a mut Worker,
    pub(super) report: Report,
    pub(super) aim: Aim,
    /// What paths may begin with: the device's identifier, and the one its backup goes by.
    pub(super) folders: Vec<String>,
    /// Whether the phone shows its passcode sheet, as far as it tells.
    pub(super) passcode: Option<watch::Receiver<Option<bool>>>,
    pub(super) passcode_hint: Option<Instant>,
    pub(super) free: Option<u64>,
    pub(super) needed: Option<u64>,
    /// Why files could not be stored here; it outranks the phone's verdict.
    pub(super) failure: Option<Error>,
    /// Whether the phone wrote its status in this session.
    pub(super) status_sent: bool,
    /// Codes and lengths of the last blocks that came.
    pub(super) trail: VecDeque<(u8, usize)>,
}

/// The one status a message gets.
pub(super) struct Answer {
    pub(super) code: i64,
    pub(super) text: Option<&'static str>,
    pub(super) payload: Value,
}

impl Answer {
    pub(super) fn done() -> Answer {
        Answer::with(Value::Dictionary(Dictionary::new()))
    }

    pub(super) fn with(payload: Value) -> Answer {
        Answer { code: status::OK, text: None, payload }
    }

    pub(super) fn failed(code: i64) -> Answer {
        Answer { code, text: Some(errno::text(code)), ..Answer::done() }
    }

    pub(super) fn refused(refusal: Refusal) -> Answer {
        Answer::failed(match refusal {
            Refusal::Absolute => status::NOT_FOUND,
            Refusal::Wild => status::OTHER,
        })
    }

    fn unsupported() -> Answer {
        Answer { code: status::OTHER, text: Some("Operation not supported"), ..Answer::done() }
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(
        link: &'a mut Link,
        worker: &'a mut Worker,
        report: Report,
        aim: Aim,
        folders: Vec<String>,
    ) -> Session<'a> {
        Session {
            link,
            worker,
            report,
            aim,
            folders,
            passcode: None,
            passcode_hint: None,
            free: None,
            needed: None,
            failure: None,
            status_sent: false,
            trail: VecDeque::new(),
        }
    }

    /// Sends `request` and serves the phone to the end.
    pub(super) async fn run(&mut self, request: Dictionary, passcode: watch::Receiver<Option<bool>>) -> Result<()> {
        let mut request = devicelink::process(request);
        let sent = self.link.send(&request).await;
        wipe(&mut request);
        sent?;
        self.expect_passcode(passcode);
        let served = self.serve().await;
        self.report.tell_numbers();
        match (served, self.failure.take()) {
            (Err(error @ (Error::Cancelled | Error::CancelledOnDevice | Error::FilesStopped)), _) => Err(error),
            (_, Some(failure)) if self.aim != Aim::Password => Err(failure),
            (served, _) => served,
        }
    }

    async fn serve(&mut self) -> Result<()> {
        loop {
            let message = match self.next().await {
                Ok(Message::Disconnect) | Err(Error::Disconnected | Error::TimedOut { .. })
                    if self.looks_finished().await? =>
                {
                    self.report.outcome.unconfirmed = true;
                    return Ok(());
                }
                Ok(Message::Disconnect) => return Err(Error::Disconnected),
                Err(Error::Wire(wire::Error::Field { message, .. })) if message.starts_with("DL") => {
                    self.malformed(message).await?;
                    continue;
                }
                message => message?,
            };
            if let Message::Process(answer) = message {
                if answer.contains_key("ErrorCode") || !answer.contains_key("MessageName") {
                    return self.verdict(&answer).await;
                }
                continue;
            }
            self.announce(&message);
            let answer = self.act(message).await?;
            self.answer(answer).await?;
        }
    }

    /// The phone's last word. "Several files could not be read" is no failure of a backup that is complete without
    /// them (`protocol.md` 3, row 3).
    async fn verdict(&mut self, answer: &Dictionary) -> Result<()> {
        match outcome::verdict(answer, self.needed, self.free) {
            Err(Error::Backup { failure: BackupFailure::UploadErrors, .. })
                if self.report.outcome.unreadable_count > 0 && self.looks_finished().await? =>
            {
                Ok(())
            }
            verdict => verdict,
        }
    }

    /// Answers a known message with unusable arguments; one that wants files gets the end of its list first.
    async fn malformed(&mut self, message: &'static str) -> Result<()> {
        self.report.refused(Refused::Message { name: message.to_string() });
        if message == "DLMessageDownloadFiles" {
            self.link.send_bytes(&[0; 4]).await?;
        }
        self.answer(Answer::unsupported()).await
    }

    async fn act(&mut self, message: Message) -> Result<Answer> {
        match message {
            Message::UploadFiles { progress, total } => self.receive(progress, total).await,
            Message::DownloadFiles { paths, progress } => self.send_files(paths, progress).await,
            Message::FreeDiskSpace => {
                let free = self.worker.run(|files| files.free_space()).await?;
                self.free = free.as_ref().ok().copied();
                Ok(match free {
                    Ok(free) => Answer::with(free.into()),
                    Err(error) => Answer { payload: 0.into(), ..Answer::failed(errno::code(&error)) },
                })
            }
            Message::PurgeDiskSpace { bytes } => {
                self.needed = Some(bytes.saturating_sub(PURGE_EXTRA).saturating_add(self.free.unwrap_or(0)));
                Ok(Answer::unsupported())
            }
            Message::ContentsOfDirectory { path } => self.list(&path).await,
            Message::CreateDirectory { path } => match self.checked(&path) {
                Ok(inside) => self.change(vec![inside], |files, path| files.make_folder(path)).await,
                Err(refusal) => Ok(Answer::refused(refusal)),
            },
            Message::MoveItems { moves, progress } => self.rename(moves, progress).await,
            Message::RemoveItems { paths, progress } => {
                let (paths, refusal) = self.all_below(paths);
                let answer = self.change(paths, |files, path| files.remove(path)).await?;
                self.report.progress(progress);
                Ok(refusal.map_or(answer, Answer::refused))
            }
            Message::CopyItem { from, to } => match (self.checked(&from), self.below(&to)) {
                (Ok(from), Ok(to)) => self.change(vec![(from, to)], |files, (from, to)| files.copy(from, to)).await,
                (Err(refusal), _) | (_, Err(refusal)) => Ok(Answer::refused(refusal)),
            },
            Message::Other(name) => {
                let name: String = name.chars().take(NAME_KEPT).collect();
                tracing::warn!(name, "the device asks for something unknown");
                self.report.refused(Refused::Message { name });
                Ok(Answer::unsupported())
            }
            Message::VersionExchange { .. } | Message::DeviceReady | Message::Process(_) | Message::Disconnect => {
                Ok(Answer::unsupported())
            }
        }
    }

    async fn answer(&mut self, answer: Answer) -> Result<()> {
        self.link.send(&devicelink::status_response(answer.code, answer.text, answer.payload)).await
    }

    /// The part of a phone's path below the device's folder, by whichever of its names.
    pub(super) fn inside<'p>(&self, path: &'p str) -> Result<&'p str, Refusal> {
        below(&self.folders, path)
    }
}

/// The part of `path` below whichever of `folders` it begins with; empty for the folder itself.
pub(super) fn below<'p>(folders: &[String], path: &'p str) -> Result<&'p str, Refusal> {
    let mut refused = Refusal::Wild;
    for folder in folders {
        match wire::path::inside(path, folder) {
            // A drive or an alternate stream, where the files may end up on a disk of Windows.
            Ok(inside) if inside.contains([':', '\\']) => return Err(Refusal::Wild),
            Ok(inside) => return Ok(inside),
            Err(refusal) => refused = refusal,
        }
    }
    Err(refused)
}
