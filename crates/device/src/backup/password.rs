use super::aim::Aim;
use super::report::Report;
use super::session::Session;
use super::side::Side;
use super::start::{Ready, unless};
use super::stop::Stop;
use super::worker::Worker;
use super::{BackupEvent, BackupFiles, Listed, Phase};
use crate::lockdown::Lockdown;
use crate::{Attached, Error, Result, Secret, Usbmux};
use plist::{Dictionary, Value};
use std::io::{self, ErrorKind, Read};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long the device is asked whether it encrypts now: it refuses connections for some seconds after the change.
const CONFIRMING: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_secs(1);

/// What to do with the password that encrypts a device's backups. It is a property of the device.
#[derive(Debug)]
pub enum PasswordChange {
    On { new: Secret },
    Change { old: Secret, new: Secret },
    Off { old: Secret },
}

impl PasswordChange {
    /// Whether the device encrypts afterwards.
    fn encrypts(&self) -> bool {
        !matches!(self, PasswordChange::Off { .. })
    }

    /// An empty password would stand for none.
    fn check(&self) -> Result<()> {
        let empty = match self {
            PasswordChange::On { new } => new.is_empty(),
            PasswordChange::Change { old, new } => old.is_empty() || new.is_empty(),
            PasswordChange::Off { old } => old.is_empty(),
        };
        if empty { Err(Error::PasswordEmpty) } else { Ok(()) }
    }
}

/// Changes the password that encrypts a device's backups (`protocol.md` 2.7.11). The device asks for its passcode.
///
/// `Ok`: the device confirmed it, and says so when asked anew. [`super::BackupFailure::WrongPassword`] for a wrong old
/// one, [`super::BackupFailure::LockedOrNoPasscode`] without the passcode, [`Error::PasswordUncertain`] when the
/// connection ended before its answer. Passwords go out over TLS with the paired device only. Ends within about two
/// seconds of `cancel`; a change the device makes all the same is not undone.
pub async fn change_password(
    mux: &Usbmux,
    who: &Attached,
    change: PasswordChange,
    events: mpsc::UnboundedSender<BackupEvent>,
    cancel: CancellationToken,
) -> Result<()> {
    change.check()?;
    let mut side = Side::open(Nothing, &cancel);
    let stop = side.stop.clone();
    let result = run(mux, who, &mut side.worker, Report::new(events), &change, &stop).await;
    side.close(result).await.0
}

async fn run(
    mux: &Usbmux,
    who: &Attached,
    worker: &mut Worker,
    mut report: Report,
    change: &PasswordChange,
    stop: &Stop,
) -> Result<()> {
    let mut ready = Ready::make(mux, who, stop).await?;
    report.phase(Phase::Preparing);
    let before = match unless(stop, will_encrypt(&mut ready.lockdown)).await {
        Ok(before) => before,
        Err(error) => return ready.end(Err(error)).await,
    };
    ready.lockdown.close().await;
    let mut session = Session::new(&mut ready.link, worker, report, Aim::Password, vec![who.udid.clone()]);
    let answered = session.run(request(&who.udid, change), ready.passcode.clone()).await;
    let answered = ready.end(answered).await;
    let now = match answered {
        Ok(()) | Err(Error::Disconnected | Error::TimedOut { .. }) => {
            unless(stop, confirmed(mux, who, change.encrypts())).await.unwrap_or(None)
        }
        Err(_) => None,
    };
    judge(answered, change, before, now)
}

/// What became of it: the device's answer, and whether it encrypts, before and now, as far as it tells.
fn judge(answered: Result<()>, change: &PasswordChange, before: Option<bool>, now: Option<bool>) -> Result<()> {
    let wanted = change.encrypts();
    match answered {
        Ok(()) if now == Some(!wanted) => Err(Error::PasswordUnchanged),
        Ok(()) => Ok(()),
        Err(Error::Disconnected | Error::TimedOut { .. }) if now == Some(wanted) && before == Some(!wanted) => Ok(()),
        Err(error @ (Error::Disconnected | Error::TimedOut { .. })) => match change {
            // It still is as it was, so nothing happened.
            PasswordChange::On { .. } | PasswordChange::Off { .. } if now == Some(!wanted) => Err(error),
            _ => Err(Error::PasswordUncertain),
        },
        Err(error) => Err(error),
    }
}

/// Asks until the device says `wanted` or time is up; what it said last, if anything.
async fn confirmed(mux: &Usbmux, who: &Attached, wanted: bool) -> Result<Option<bool>> {
    let end = Instant::now() + CONFIRMING;
    let mut told = None;
    while Instant::now() < end {
        let asked = async {
            let mut lockdown = Lockdown::trusted(mux, who).await?;
            let told = will_encrypt(&mut lockdown).await;
            lockdown.close().await;
            told
        };
        match tokio::time::timeout_at(end, asked).await {
            Ok(Ok(Some(now))) if now == wanted => return Ok(Some(now)),
            Ok(Ok(now)) => told = now.or(told),
            Ok(Err(error)) => tracing::debug!(%error, "the device does not tell yet whether it encrypts"),
            Err(_) => break,
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(told)
}

async fn will_encrypt(lockdown: &mut Lockdown) -> Result<Option<bool>> {
    let told = lockdown.value(Some("com.apple.mobile.backup"), Some("WillEncrypt")).await?;
    Ok(told.and_then(|value| value.as_boolean()))
}

/// What asks for the change (`protocol.md` 2.7.2): a new password alone turns encryption on, an old one alone off.
pub(super) fn request(udid: &str, change: &PasswordChange) -> Dictionary {
    let (old, new) = match change {
        PasswordChange::On { new } => (None, Some(new)),
        PasswordChange::Change { old, new } => (Some(old), Some(new)),
        PasswordChange::Off { old } => (Some(old), None),
    };
    let mut request = Dictionary::new();
    request.insert("MessageName".into(), "ChangePassword".into());
    request.insert("TargetIdentifier".into(), udid.into());
    for (name, password) in [("OldPassword", old), ("NewPassword", new)] {
        if let Some(password) = password {
            request.insert(name.into(), Value::from(password.expose()));
        }
    }
    request
}

/// The files of a session that has none: a device that asks for its backup hears that there is no such thing.
struct Nothing;

impl BackupFiles for Nothing {
    fn begin(&mut self, _device_path: &str, _path: &str) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
    fn write(&mut self, _data: &[u8]) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
    fn commit(&mut self) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
    fn abort(&mut self, _device_path: &str, _path: &str, _code: u8, _text: &str) {}
    fn rename(&mut self, _from: &str, _to: &str) -> io::Result<()> {
        Err(ErrorKind::NotFound.into())
    }
    fn remove(&mut self, _path: &str) -> io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, _from: &str, _to: &str) -> io::Result<()> {
        Err(ErrorKind::NotFound.into())
    }
    fn make_folder(&mut self, _path: &str) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
    fn list(&mut self, _path: &str) -> io::Result<Vec<Listed>> {
        Err(ErrorKind::NotFound.into())
    }
    fn open_read(&mut self, _path: &str) -> io::Result<Box<dyn Read + Send>> {
        Err(ErrorKind::NotFound.into())
    }
    fn free_space(&mut self) -> io::Result<u64> {
        Err(ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> PasswordChange {
        PasswordChange::On { new: "new".into() }
    }

    fn change() -> PasswordChange {
        PasswordChange::Change { old: "old".into(), new: "new".into() }
    }

    fn off() -> PasswordChange {
        PasswordChange::Off { old: "old".into() }
    }

    impl From<&str> for Secret {
        fn from(text: &str) -> Secret {
            Secret::new(text)
        }
    }

    #[test]
    fn requests_name_what_is_old_and_what_is_new() {
        for (change, old, new) in
            [(on(), None, Some("new")), (change(), Some("old"), Some("new")), (off(), Some("old"), None)]
        {
            let request = request("U", &change);
            let text = |key: &str| request.get(key).and_then(Value::as_string);
            assert_eq!((text("OldPassword"), text("NewPassword")), (old, new));
            assert_eq!((text("MessageName"), text("TargetIdentifier")), (Some("ChangePassword"), Some("U")));
        }
        assert!(matches!(PasswordChange::On { new: "".into() }.check(), Err(Error::PasswordEmpty)));
        assert!(change().check().is_ok());
        assert_eq!(format!("{:?}", off()), "Off { old: Secret(…) }");
    }

    #[test]
    fn a_lost_answer_is_settled_by_what_the_device_says_afterwards() {
        let lost = || Err(Error::Disconnected);
        assert!(judge(Ok(()), &on(), Some(false), Some(true)).is_ok());
        assert!(judge(Ok(()), &on(), Some(false), None).is_ok());
        assert!(matches!(judge(Ok(()), &on(), Some(false), Some(false)), Err(Error::PasswordUnchanged)));
        assert!(matches!(judge(Ok(()), &off(), Some(true), Some(true)), Err(Error::PasswordUnchanged)));
        assert!(judge(lost(), &on(), Some(false), Some(true)).is_ok());
        assert!(judge(lost(), &off(), Some(true), Some(false)).is_ok());
        assert!(matches!(judge(lost(), &on(), Some(false), Some(false)), Err(Error::Disconnected)));
        assert!(matches!(judge(lost(), &on(), Some(false), None), Err(Error::PasswordUncertain)));
        // It encrypts before and after: with which password, nobody can tell.
        assert!(matches!(judge(lost(), &change(), Some(true), Some(true)), Err(Error::PasswordUncertain)));
        assert!(matches!(judge(Err(Error::Cancelled), &on(), Some(false), None), Err(Error::Cancelled)));
    }
}
