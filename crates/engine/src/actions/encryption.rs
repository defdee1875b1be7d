//! Turning the encryption of a device's backups on and off, changing its password.

use super::progress;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::locks::{EncryptionChange, EncryptionRequest};
use crate::api::{ApiError, Code, Doing, Result, Secret, Topic, blocking, failed};
use crate::jobs::Run;
use crate::{Engine, devices, locks};
use backup::Password;
use device::{PasswordChange, Readiness};
use tokio::sync::mpsc;

pub async fn change(engine: &Engine, asked: EncryptionRequest) -> Result<JobStarted> {
    engine.0.devices.reach(&asked.udid)?;
    if news(&asked.change).is_some_and(Secret::is_empty) {
        return Err(ApiError::new(Code::BadRequest, "The password is empty."));
    }
    let title = match asked.change {
        EncryptionChange::On { .. } => "Turn on encryption",
        EncryptionChange::Change { .. } => "Change the backup password",
        EncryptionChange::Off { .. } => "Turn off encryption",
    };
    let own = engine.clone();
    let udid = Some(asked.udid.clone());
    let job = engine.0.jobs.start(Action::ChangePassword, title, udid, |run| async move {
        let changed = run_change(&own, &asked, &run).await;
        devices::refresh(&own, &asked.udid);
        changed.map(|encrypts| JobResult::PasswordChanged { encrypts })
    })?;
    Ok(JobStarted { job })
}

async fn run_change(engine: &Engine, asked: &EncryptionRequest, run: &Run) -> Result<bool> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    super::pair::trust(&mux, &who, run).await?;
    run.phase(Phase::Preparing, "Asking the device about its encryption");
    fits(&asked.change, &device::readiness(&mux, &who).await?)?;
    run.check()?;
    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(progress::tell(heard, run.clone(), Doing::ChangePassword));
    let changed = device::change_password(&mux, &who, order(&asked.change), events, run.token()).await;
    let _ = telling.await;
    match changed {
        Ok(()) => {}
        Err(error) => {
            if matches!(error, device::Error::PasswordUncertain) {
                learn(engine, asked);
            }
            return Err(if run.cancelled() { ApiError::cancelled() } else { failed(error, Doing::ChangePassword) });
        }
    }
    learn(engine, asked);
    if asked.remember {
        remember(engine, asked, run).await;
    }
    Ok(news(&asked.change).is_some())
}

/// Refuses what cannot be done before the person has to enter a passcode for it.
fn fits(change: &EncryptionChange, device: &Readiness) -> Result<()> {
    match (change, device.encrypts) {
        (EncryptionChange::On { .. }, Some(true)) => Err(ApiError::new(
            Code::EncryptionOn,
            "This device encrypts its backups already, with a password that was set earlier. Try the passwords you may have used then. \
             If none is right, the device can forget it: Settings, General, Transfer or Reset, Reset, Reset All Settings. \
             That keeps your data, resets things like Wi-Fi passwords and the wallpaper, and the next backup is a full one. \
             Versions made before still need the old password.",
        )),
        (EncryptionChange::Change { .. } | EncryptionChange::Off { .. }, Some(false)) => {
            Err(ApiError::new(Code::EncryptionOff, "This device does not encrypt its backups."))
        }
        (EncryptionChange::Off { .. }, _) if device.must_encrypt == Some(true) => Err(ApiError::new(
            Code::EncryptionForced,
            "Whoever manages this device requires its backups to be encrypted, so it cannot be turned off.",
        )),
        _ => Ok(()),
    }
}

fn order(change: &EncryptionChange) -> PasswordChange {
    let secret = |secret: &Secret| device::Secret::new(secret.as_str());
    match change {
        EncryptionChange::On { new } => PasswordChange::On { new: secret(new) },
        EncryptionChange::Change { old, new } => PasswordChange::Change { old: secret(old), new: secret(new) },
        EncryptionChange::Off { old } => PasswordChange::Off { old: secret(old) },
    }
}

fn news(change: &EncryptionChange) -> Option<&Secret> {
    match change {
        EncryptionChange::On { new } | EncryptionChange::Change { new, .. } => Some(new),
        EncryptionChange::Off { .. } => None,
    }
}

/// Oldest first: versions made before the change still need the old password.
fn passwords(change: &EncryptionChange) -> Vec<Password> {
    let old = match change {
        EncryptionChange::Change { old, .. } | EncryptionChange::Off { old } => Some(old),
        EncryptionChange::On { .. } => None,
    };
    old.into_iter().chain(news(change)).map(|secret| Password::new(secret.as_str())).collect()
}

fn learn(engine: &Engine, asked: &EncryptionRequest) {
    passwords(&asked.change).iter().for_each(|password| engine.0.locks.learn(&asked.udid, password));
    engine.changed(Topic::Locks);
}

/// Keeps the passwords in the system's keychain. The device has changed its own by now, so a failure is only told.
async fn remember(engine: &Engine, asked: &EncryptionRequest, run: &Run) {
    let (own, udid, passwords) = (engine.clone(), asked.udid.clone(), passwords(&asked.change));
    let kept = blocking(move || passwords.iter().try_for_each(|password| locks::remember(&own, &udid, password))).await;
    if let Err(error) = kept {
        run.skip("Remembering the password", error.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_done_is_refused_before_the_passcode() {
        let on = EncryptionChange::On { new: Secret::new("n") };
        let off = EncryptionChange::Off { old: Secret::new("o") };
        let device =
            |encrypts, must| Readiness { encrypts: Some(encrypts), must_encrypt: Some(must), ..Readiness::default() };
        let code = |change, device: Readiness| fits(change, &device).err().map(|error| error.code);
        assert_eq!(code(&on, device(true, false)), Some(Code::EncryptionOn));
        assert_eq!(code(&on, device(false, false)), None);
        assert_eq!(code(&off, device(false, false)), Some(Code::EncryptionOff));
        assert_eq!(code(&off, device(true, true)), Some(Code::EncryptionForced));
        assert_eq!(code(&off, device(true, false)), None);
        assert_eq!(code(&off, Readiness::default()), None, "a device that does not say is asked");
    }
}
