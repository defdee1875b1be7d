use super::aim::Aim;
use super::reinstall::Reinstall;
use super::report::Report;
use super::session::Session;
use super::side::Side;
use super::start::{Ready, unless};
use super::stop::Stop;
use super::worker::Worker;
use super::{BackupEvent, BackupFiles, Outcome, Phase};
use crate::{Attached, Error, Result, Secret, Usbmux};
use plist::{Dictionary, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How to restore.
pub struct RestoreOptions {
    /// Keep the device's settings as they are now, instead of taking those of the backup.
    pub keep_settings: bool,
    /// Remove from the device what the backup lacks.
    pub remove_others: bool,
    /// Let the device restart at the end. Without, the next restore fails with 102 until it was restarted.
    pub reboot: bool,
    /// Of an encrypted backup.
    pub password: Option<Secret>,
    /// The identifier of the device the backup was made of, where that is another one.
    pub source: Option<String>,
    /// `Applications` of the backup's `Info.plist` as an XML property list: the device installs these apps afterwards.
    pub apps: Option<Vec<u8>>,
}

/// Restores the backup in `files` onto a device (`protocol.md` 2.7.10), and gives the files back whatever happens.
///
/// Paths given to `files` are relative to the device's own folder, whatever identifier the device calls it by. Some
/// systems write there too: hand over a scratch layer. `Ok` means that the device said so; with
/// [`RestoreOptions::reboot`] it restarts now. On an error the device may be left with a part of the backup; it says
/// so itself. Ends within about two seconds of `cancel`.
///
/// Whether Find My is on, the device set up and there is room on it are for [`crate::readiness`] to say before; the
/// device refuses by itself with [`super::BackupFailure`].
pub async fn restore<F: BackupFiles + 'static>(
    mux: &Usbmux,
    who: &Attached,
    files: F,
    options: RestoreOptions,
    events: mpsc::UnboundedSender<BackupEvent>,
    cancel: CancellationToken,
) -> (Result<Outcome>, F) {
    let mut side = Side::open(files, &cancel);
    let stop = side.stop.clone();
    let result = run(mux, who, &mut side.worker, Report::new(events), &options, &stop).await;
    side.close(result).await
}

async fn run(
    mux: &Usbmux,
    who: &Attached,
    worker: &mut Worker,
    mut report: Report,
    options: &RestoreOptions,
    stop: &Stop,
) -> Result<Outcome> {
    let mut ready = Ready::make(mux, who, stop).await?;
    report.phase(Phase::Preparing);
    let told = match &options.apps {
        Some(apps) => unless(stop, async { Ok(Reinstall::write(&mut ready.lockdown, apps).await) }).await,
        None => Ok(None),
    };
    ready.lockdown.close().await;
    let (told, result) = match told {
        Ok(told) => (told, with(&mut ready, &who.udid, worker, report, options).await),
        Err(error) => (None, Err(error)),
    };
    if let (Err(error), Some(told)) = (&result, told)
        && !matches!(error, Error::Disconnected)
    {
        told.remove(mux, who, stop).await;
    }
    ready.end(result).await
}

async fn with(
    ready: &mut Ready,
    udid: &str,
    worker: &mut Worker,
    report: Report,
    options: &RestoreOptions,
) -> Result<Outcome> {
    let mut session = Session::new(&mut ready.link, worker, report, Aim::Restore, folders(udid, options));
    session.run(request(udid, options), ready.passcode.clone()).await?;
    session.report.restored(options.reboot);
    Ok(session.report.outcome)
}

/// What the device's paths may begin with.
pub(super) fn folders(udid: &str, options: &RestoreOptions) -> Vec<String> {
    let mut folders = vec![udid.to_string()];
    folders.extend(options.source.clone().filter(|source| source != udid));
    folders
}

/// What asks for a restore. System files come along always: without them it would be a part of the device only.
pub(super) fn request(udid: &str, restore: &RestoreOptions) -> Dictionary {
    let mut options = Dictionary::new();
    let mut set = |name: &str, value: Value| options.insert(name.to_string(), value);
    set("RestoreSystemFiles", true.into());
    // Beware: "--settings" of idevicebackup2 sends the opposite.
    set("RestorePreserveSettings", restore.keep_settings.into());
    set("RemoveItemsNotRestored", restore.remove_others.into());
    set("RestoreDontCopyBackup", true.into());
    if !restore.reboot {
        set("RestoreShouldReboot", false.into());
    }
    if let Some(password) = &restore.password {
        set("Password", password.expose().into());
    }
    let mut request = Dictionary::new();
    request.insert("MessageName".into(), "Restore".into());
    request.insert("TargetIdentifier".into(), udid.into());
    request.insert("SourceIdentifier".into(), restore.source.as_deref().unwrap_or(udid).into());
    request.insert("Options".into(), Value::Dictionary(options));
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(request: &Dictionary) -> Vec<(&str, bool)> {
        let options = request["Options"].as_dictionary().unwrap();
        let mut options: Vec<(&str, bool)> =
            options.iter().map(|(name, value)| (name.as_str(), value.as_boolean().unwrap())).collect();
        options.sort_unstable();
        options
    }

    #[test]
    fn every_option_is_sent_as_the_device_names_it() {
        let mut plain = RestoreOptions {
            keep_settings: true,
            remove_others: false,
            reboot: true,
            password: None,
            source: None,
            apps: None,
        };
        let asked = request("U", &plain);
        assert_eq!(
            options(&asked),
            [
                ("RemoveItemsNotRestored", false),
                ("RestoreDontCopyBackup", true),
                ("RestorePreserveSettings", true),
                ("RestoreSystemFiles", true),
            ]
        );
        assert_eq!(asked["MessageName"].as_string(), Some("Restore"));
        assert_eq!(
            (asked["TargetIdentifier"].as_string(), asked["SourceIdentifier"].as_string()),
            (Some("U"), Some("U"))
        );

        (plain.keep_settings, plain.remove_others, plain.reboot) = (false, true, false);
        plain.source = Some("OLD".into());
        let asked = request("U", &plain);
        assert_eq!(
            options(&asked),
            [
                ("RemoveItemsNotRestored", true),
                ("RestoreDontCopyBackup", true),
                ("RestorePreserveSettings", false),
                ("RestoreShouldReboot", false),
                ("RestoreSystemFiles", true),
            ]
        );
        assert_eq!(asked["SourceIdentifier"].as_string(), Some("OLD"));
        assert_eq!(folders("U", &plain), ["U", "OLD"]);

        plain.password = Some(Secret::new("hunter2"));
        let asked = request("U", &plain);
        assert_eq!(asked["Options"].as_dictionary().unwrap()["Password"].as_string(), Some("hunter2"));
    }
}
