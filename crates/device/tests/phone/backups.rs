//! Backups, the password that encrypts them, and restores.

use crate::folder::Folder;
use crate::{Pretend, start};
use device::{
    Attached, BackupEvent, BackupFailure, BackupOptions, CancellationToken, Error, Outcome, PasswordChange, Phase,
    RestoreOptions, Secret,
};
use simulator::{DeviceOptions, Faults, LongList, UploadPart};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;

async fn back_up(pretend: &Pretend, files: Folder) -> (device::Result<Outcome>, Folder) {
    let options = BackupOptions { full: false, guid: "AB".repeat(16), icons: None, about: None };
    let cancel = CancellationToken::new();
    device::back_up(&pretend.mux, &pretend.who, files, options, unbounded_channel().0, cancel).await
}

async fn change(pretend: &Pretend, change: PasswordChange) -> device::Result<()> {
    let cancel = CancellationToken::new();
    device::change_password(&pretend.mux, &pretend.who, change, unbounded_channel().0, cancel).await
}

fn plain() -> RestoreOptions {
    RestoreOptions { keep_settings: true, remove_others: false, reboot: true, password: None, source: None, apps: None }
}

/// Restores, and tells the phases.
async fn restore(
    pretend: &Pretend,
    files: Folder,
    options: RestoreOptions,
) -> (device::Result<Outcome>, Folder, Vec<Phase>) {
    let (events, mut told) = unbounded_channel();
    let cancel = CancellationToken::new();
    let who = present(pretend).await;
    let (result, files) = device::restore(&pretend.mux, &who, files, options, events, cancel).await;
    let mut phases = Vec::new();
    while let Ok(event) = told.try_recv() {
        if let BackupEvent::Phase(phase) = event {
            phases.push(phase);
        }
    }
    (result, files, phases)
}

/// Waits until the phone has begun its first restart.
async fn restarted(pretend: &Pretend) {
    for _ in 0..500 {
        if pretend.phone.restarts() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the phone does not restart");
}

/// The phone, once it is back from a restart, under another id.
async fn present(pretend: &Pretend) -> Attached {
    for _ in 0..500 {
        let listed = pretend.mux.list().await.unwrap();
        if let Some(who) = listed.into_iter().find(|one| u64::from(one.device_id) > pretend.phone.restarts()) {
            return who;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the phone does not come back");
}

fn code(result: device::Result<impl std::fmt::Debug>) -> BackupFailure {
    match result {
        Err(Error::Backup { failure, .. }) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_told_already_is_not_asked_again() {
    let pretend = start(DeviceOptions::default()).await;
    let asked = async |about| {
        let before = pretend.phone.told();
        let folder = tempfile::tempdir().unwrap();
        let options = BackupOptions { full: false, guid: "AB".repeat(16), icons: None, about };
        let (events, cancel) = (unbounded_channel().0, CancellationToken::new());
        let files = Folder::new(&folder.path().join("backup"));
        let (made, files) = device::back_up(&pretend.mux, &pretend.who, files, options, events, cancel).await;
        made.unwrap();
        let info = plist::Value::from_file(files.root.join("Info.plist")).unwrap().into_dictionary().unwrap();
        assert_eq!(info["Serial Number"].as_string(), Some(pretend.phone.persona().serial.as_str()));
        pretend.phone.told() - before
    };
    let about = device::about(&pretend.mux, &pretend.who).await.unwrap();
    assert_eq!(about.facts.serial.as_ref(), Some(&pretend.phone.persona().serial));
    assert_eq!(asked(Some(about)).await, 0);
    assert_eq!(asked(None).await, 1);
}

#[tokio::test]
async fn the_password_is_set_changed_and_taken_away() {
    let pretend = start(DeviceOptions::default()).await;
    let secret = Secret::new;
    change(&pretend, PasswordChange::On { new: secret("one") }).await.unwrap();
    assert!(pretend.phone.encrypts());
    assert_eq!(device::readiness(&pretend.mux, &pretend.who).await.unwrap().encrypts, Some(true));

    let wrong = PasswordChange::Change { old: secret("two"), new: secret("three") };
    assert_eq!(code(change(&pretend, wrong).await), BackupFailure::WrongPassword);
    change(&pretend, PasswordChange::Change { old: secret("one"), new: secret("two") }).await.unwrap();
    assert_eq!(code(change(&pretend, PasswordChange::Off { old: secret("one") }).await), BackupFailure::WrongPassword);
    assert!(pretend.phone.encrypts());
    change(&pretend, PasswordChange::Off { old: secret("two") }).await.unwrap();
    assert!(!pretend.phone.encrypts());
    assert_eq!(device::readiness(&pretend.mux, &pretend.who).await.unwrap().encrypts, Some(false));
}

#[tokio::test]
async fn without_the_passcode_nothing_changes() {
    let pretend = start(DeviceOptions::default()).await;
    pretend.phone.set_faults(Faults { result: Some(208), ..Faults::default() });
    let on = || PasswordChange::On { new: Secret::new("one") };
    assert_eq!(code(change(&pretend, on()).await), BackupFailure::LockedOrNoPasscode);
    assert!(!pretend.phone.encrypts());
    pretend.phone.set_faults(Faults::default());
    change(&pretend, on()).await.unwrap();
}

#[tokio::test]
async fn what_was_backed_up_comes_back() {
    let pretend = start(DeviceOptions::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (made, files) = back_up(&pretend, Folder::new(&folder.path().join("backup"))).await;
    let made = made.unwrap();
    assert!(!made.unconfirmed && made.files > 10);

    let (result, files, phases) = restore(&pretend, files, plain()).await;
    let restored = result.unwrap();
    use Phase::{Connecting, Preparing, Restarting, Sending};
    assert_eq!(
        phases.iter().filter(|phase| **phase != Phase::Finishing).collect::<Vec<_>>(),
        [&Connecting, &Preparing, &Sending, &Restarting]
    );
    let summary = pretend.phone.last_restore().unwrap();
    assert_eq!((summary.code, summary.differences.len(), summary.complaint), (Some(0), 0, None));
    assert!(summary.files > 10 && restored.files > summary.files && restored.bytes > 0);
    assert_eq!(restored.unreadable_count, 0);
    restarted(&pretend).await;
    assert_eq!(summary.source, pretend.who.udid);
    let asked: BTreeSet<String> = summary.options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for option in ["RestorePreserveSettings=true", "RemoveItemsNotRestored=false", "RestoreDontCopyBackup=true"] {
        assert!(asked.contains(option), "{asked:?}");
    }
    assert!(!asked.iter().any(|option| option.starts_with("RestoreShouldReboot")), "{asked:?}");

    pretend.phone.set_find_my(true);
    let (result, files, _) = restore(&pretend, files, plain()).await;
    assert_eq!(code(result), BackupFailure::FindMyOn);
    let ready = device::readiness(&pretend.mux, &pretend.mux.list().await.unwrap()[0]).await.unwrap();
    assert_eq!((ready.find_my, ready.set_up, ready.activated), (Some(true), Some(true), Some(true)));
    pretend.phone.set_find_my(false);
    pretend.phone.set_set_up(false);
    let (result, files, _) = restore(&pretend, files, plain()).await;
    assert_eq!(code(result), BackupFailure::NotSetUp);
    pretend.phone.set_set_up(true);

    // Left without a restart, the phone refuses the next one.
    let (result, files, phases) = restore(&pretend, files, RestoreOptions { reboot: false, ..plain() }).await;
    result.unwrap();
    assert!(!phases.contains(&Restarting));
    let (result, ..) = restore(&pretend, files, plain()).await;
    assert_eq!(code(result), BackupFailure::RestoreLeftover);
}

#[tokio::test]
async fn an_encrypted_backup_needs_its_password_and_leaves_the_list_of_apps_only_on_success() {
    let pretend = start(DeviceOptions::default()).await;
    change(&pretend, PasswordChange::On { new: Secret::new("one") }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (made, files) = back_up(&pretend, Folder::new(&folder.path().join("backup"))).await;
    made.unwrap();
    let apps = b"<plist version=\"1.0\"><dict><key>com.example.one</key><dict/></dict></plist>".to_vec();
    let with = |password: &str| RestoreOptions {
        password: Some(Secret::new(password)),
        apps: Some(apps.clone()),
        keep_settings: false,
        remove_others: true,
        ..plain()
    };
    let (result, files, _) = restore(&pretend, files, with("two")).await;
    assert_eq!(code(result), BackupFailure::WrongPassword);
    let (result, _, _) = restore(&pretend, files, with("one")).await;
    result.unwrap();
    let summary = pretend.phone.last_restore().unwrap();
    assert_eq!((summary.code, summary.differences.len()), (Some(0), 0));
    assert_eq!(summary.applications, Some(vec!["com.example.one".to_string()]));
    assert!(!format!("{:?}", summary.options).contains("one"));
}

#[tokio::test]
async fn a_hostile_phone_writes_nowhere_else_and_ends_with_an_error_or_a_backup() {
    let pretend = start(DeviceOptions::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let list = |of, items| Faults { long_list: Some(LongList { of, items }), ..Faults::default() };
    let hostile = [
        Faults { hostile_paths: true, ..Faults::default() },
        list(simulator::Lists::Moves, 3_000),
        list(simulator::Lists::Removes, 20_000),
        list(simulator::Lists::Downloads, 5_000),
        list(simulator::Lists::Uploads, 5_000),
        Faults { huge_upload: Some(UploadPart::Path), ..Faults::default() },
        Faults { huge_upload: Some(UploadPart::Block), ..Faults::default() },
        Faults { huge_length_at_message: Some(6), ..Faults::default() },
        Faults { unknown_message: true, purge: true, split: Some(7), ..Faults::default() },
    ];
    let mut files = Folder::new(&folder.path().join("backup"));
    for faults in hostile {
        pretend.phone.set_faults(faults.clone());
        let ended = tokio::time::timeout(Duration::from_secs(60), back_up(&pretend, files)).await;
        let (result, back) = ended.unwrap_or_else(|_| panic!("{faults:?} hangs"));
        files = back;
        if let Err(error) = &result {
            assert!(
                matches!(error, Error::Wire(_) | Error::Backup { .. } | Error::Disconnected),
                "{faults:?}: {error}"
            );
        }
    }
    for at in 1..12 {
        pretend.phone.set_faults(Faults { wrong_types_at_message: Some(at), ..Faults::default() });
        let ended = tokio::time::timeout(Duration::from_secs(60), back_up(&pretend, files)).await;
        files = ended.unwrap_or_else(|_| panic!("wrong types at {at} hang")).1;
    }
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["backup"]);
    pretend.phone.set_faults(Faults::default());
    back_up(&pretend, files).await.0.unwrap();
}

#[tokio::test]
async fn a_line_cut_anywhere_ends_at_once_and_the_next_try_works() {
    let pretend = start(DeviceOptions::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut files = Folder::new(&folder.path().join("backup"));
    for faults in [
        Faults { cut_at_message: Some(2), ..Faults::default() },
        Faults { cut_at_message: Some(5), ..Faults::default() },
        Faults { cut_after_bytes: Some(50_000), ..Faults::default() },
        Faults { cancel_after_files: Some(3), ..Faults::default() },
    ] {
        let cancelled = faults.cancel_after_files.is_some();
        pretend.phone.set_faults(faults.clone());
        let ended = tokio::time::timeout(Duration::from_secs(30), back_up(&pretend, files)).await;
        let (result, back) = ended.unwrap();
        files = back;
        match result {
            Err(Error::Disconnected) if !cancelled => {}
            Err(Error::CancelledOnDevice) if cancelled => {}
            other => panic!("{faults:?}: {other:?}"),
        }
    }
    pretend.phone.set_faults(Faults::default());
    let (result, files) = back_up(&pretend, files).await;
    result.unwrap();

    for at in [2, 6, 9] {
        pretend.phone.set_faults(Faults { cut_at_message: Some(at), ..Faults::default() });
        let (result, back, _) = restore(&pretend, Folder::new(&files.root), plain()).await;
        assert!(matches!(result, Err(Error::Disconnected)), "{at}: {result:?}");
        drop(back);
    }
    pretend.phone.set_faults(Faults::default());
    restore(&pretend, files, plain()).await.0.unwrap();
}
