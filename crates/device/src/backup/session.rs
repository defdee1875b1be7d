//! The loop of a backup: the phone asks, this computer does it and answers once (`protocol.md` 2.7.3).

use super::link::Link;
use super::report::Report;
use super::worker::Worker;
use super::{Phase, Refused, errno, outcome};
use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::io::Read;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use wire::devicelink::{self, Message, status};
use wire::lockdown::notification;
use wire::path::Refusal;

pub(super) const STATUS: &str = "Status.plist";
/// Without the phone's notification, silence right after the request most likely is the passcode sheet.
const PASSCODE_HINT: Duration = Duration::from_secs(8);
/// Longest silence between messages: phones take minutes to prepare and to finish (`protocol.md` 3, rows 8 and 9).
const SILENCE: Duration = Duration::from_secs(20 * 60);
/// Silence after which a backup that looks finished counts as finished (`protocol.md` 3, row 30).
const SILENCE_AT_END: Duration = Duration::from_secs(3 * 60);
/// What a phone asks beyond its need when it wants space freed (`protocol.md` 2.7.12).
const PURGE_EXTRA: u64 = 2 << 30;

pub(super) struct Session<'a> {
    pub(super) link: Link,
    pub(super) worker: &'a mut Worker,
    pub(super) report: Report,
    pub(super) udid: String,
    /// What the phone posts.
    notices: Option<UnboundedReceiver<String>>,
    passcode_hint: Option<Instant>,
    pub(super) free: Option<u64>,
    pub(super) needed: Option<u64>,
    /// Why files could not be stored here; it outranks the phone's verdict.
    pub(super) failure: Option<Error>,
    /// Whether the phone wrote its status in this session.
    pub(super) status_sent: bool,
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
    pub(super) fn new(link: Link, worker: &'a mut Worker, report: Report, udid: &str) -> Session<'a> {
        Session {
            link,
            worker,
            report,
            udid: udid.to_string(),
            notices: None,
            passcode_hint: None,
            free: None,
            needed: None,
            failure: None,
            status_sent: false,
        }
    }

    /// Asks for a backup and serves the phone to the end.
    pub(super) async fn back_up(&mut self, full: bool, notices: UnboundedReceiver<String>) -> Result<()> {
        let mut request = Dictionary::new();
        request.insert("MessageName".into(), "Backup".into());
        request.insert("TargetIdentifier".into(), self.udid.as_str().into());
        if full {
            let options = [("ForceFullBackup".to_string(), Value::Boolean(true))].into_iter().collect();
            request.insert("Options".into(), Value::Dictionary(options));
        }
        self.link.send(&devicelink::process(request)).await?;
        self.notices = Some(notices);
        self.passcode_hint = Some(Instant::now() + PASSCODE_HINT);
        let served = self.serve().await;
        self.report.tell_numbers();
        match (served, self.failure.take()) {
            (Err(error @ (Error::Cancelled | Error::CancelledOnDevice | Error::FilesStopped)), _) => Err(error),
            (_, Some(failure)) => Err(failure),
            (served, None) => served,
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
                    self.report.refused(Refused::Message { name: message.to_string() });
                    self.answer(Answer::unsupported()).await?;
                    continue;
                }
                message => message?,
            };
            if let Message::Process(answer) = message {
                if answer.contains_key("ErrorCode") || !answer.contains_key("MessageName") {
                    return outcome::verdict(&answer, self.needed, self.free);
                }
                continue;
            }
            let answer = self.act(message).await?;
            self.answer(answer).await?;
        }
    }

    async fn act(&mut self, message: Message) -> Result<Answer> {
        let finishing = self.report.current() >= Phase::Receiving;
        match message {
            Message::UploadFiles { progress, total } => {
                self.report.phase(Phase::Receiving);
                self.receive(progress, total).await
            }
            Message::DownloadFiles { paths, progress } => {
                if self.report.current() >= Phase::Finishing {
                    self.report.phase(Phase::Verifying);
                }
                self.send_files(paths, progress).await
            }
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
            Message::MoveItems { moves, progress } => {
                if finishing {
                    self.report.phase(Phase::Finishing);
                }
                self.rename(moves, progress).await
            }
            Message::RemoveItems { paths, progress } => {
                if finishing {
                    self.report.phase(Phase::Finishing);
                }
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
                tracing::warn!(name = %name.chars().take(64).collect::<String>(), "the device asks for something unknown");
                self.report.refused(Refused::Message { name: name.chars().take(64).collect() });
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

    /// The next message. Notifications, silence and a wish to stop are dealt with while waiting.
    async fn next(&mut self) -> Result<Message> {
        let stop = self.link.stop.soon.clone();
        let mut heard = Instant::now();
        let mut patience = SILENCE_AT_END;
        loop {
            if let Some(message) = self.link.buffered_message()? {
                self.passcode_hint = None;
                self.report.passcode(false);
                return Ok(Message::parse(message)?);
            }
            let hint = self.passcode_hint;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(self.link.stop.error()),
                notice = hear(&mut self.notices) => self.notice(notice),
                () = until(hint) => {
                    self.passcode_hint = None;
                    self.report.passcode(true);
                }
                filled = tokio::time::timeout_at(heard + patience, self.link.fill()) => match filled {
                    Ok(filled) => {
                        filled?;
                        heard = Instant::now();
                    }
                    Err(_) if patience < SILENCE && !self.looks_finished().await? => patience = SILENCE,
                    Err(_) => return Err(Error::TimedOut { doing: "waiting for its next step" }),
                }
            }
        }
    }

    fn notice(&mut self, notice: Option<String>) {
        match notice.as_deref() {
            None => self.notices = None,
            Some(notification::PASSCODE_PRESENTED) => {
                self.passcode_hint = None;
                self.report.passcode(true);
            }
            Some(notification::PASSCODE_DISMISSED) => {
                self.passcode_hint = None;
                self.report.passcode(false);
            }
            Some(_) => {}
        }
    }

    /// Whether everything but the phone's last word says that this session's backup is complete.
    async fn looks_finished(&mut self) -> Result<bool> {
        if !self.status_sent || self.failure.is_some() {
            return Ok(false);
        }
        self.worker
            .run(|files| {
                let staged = matches!(files.list("Snapshot"), Ok(children) if !children.is_empty());
                let Ok(file) = files.open_read(STATUS) else { return false };
                let mut content = Vec::new();
                if staged || file.take(64 << 10).read_to_end(&mut content).is_err() {
                    return false;
                }
                let state = wire::frame::decode(&content).ok().and_then(Value::into_dictionary);
                state.is_some_and(|state| {
                    state.get("SnapshotState").and_then(Value::as_string).is_some_and(|state| state == "finished")
                })
            })
            .await
    }
}

async fn hear(notices: &mut Option<UnboundedReceiver<String>>) -> Option<String> {
    match notices {
        Some(notices) => notices.recv().await,
        None => std::future::pending().await,
    }
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
