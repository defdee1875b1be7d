//! How sessions end: at the phone's last word, without it, cut, stopped.

use super::super::Phase;
use super::super::aim::Aim;
use super::super::deadlines::{AMID_FILES, LAST_WORD, NEXT_STEP, PASSWORD_STEP};
use super::super::password::{self, PasswordChange};
use super::phone::{Ended, Memory, Phone, against, done, empty, pairs, session, upload};
use crate::{BackupFailure, Error};
use plist::{Dictionary, Value};
use std::time::Duration;
use tokio::time::Instant;
use wire::devicelink::block::{DATA, LOCAL_ERROR, SUCCESS};
use wire::lockdown::notification;

#[tokio::test]
async fn cancelling_says_goodbye_between_messages() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.cancel.cancel();
        let goodbye = phone.hear().await;
        assert_eq!(goodbye[0].as_string(), Some("DLMessageDisconnect"));
        assert_eq!(goodbye[1].as_string(), Some("___EmptyParameterString___"));
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Cancelled)));
}

#[tokio::test(start_paused = true)]
async fn cancelling_amid_a_file_stops_within_two_seconds_and_aborts_it() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"half")]).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = tokio::time::Instant::now();
        phone.cancel.cancel();
        assert_eq!(phone.hear().await[0].as_string(), Some("DLMessageDisconnect"));
        assert!(start.elapsed() < Duration::from_secs(2));
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Cancelled)));
    assert!(ended.files.stored.is_empty());
    assert_eq!(ended.files.aborted.len(), 1);
}

#[tokio::test]
async fn cancelling_lets_the_phone_go_while_the_disk_does_not_answer() {
    let (answer, hangs) = std::sync::mpsc::channel();
    let files = Memory { hangs: Some(hangs), ..Memory::default() };
    let ended = against(files, async move |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"whole"), (SUCCESS, b"")]).await;
        phone.end().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        phone.cancel.cancel();
        assert_eq!(phone.hear().await[0].as_string(), Some("DLMessageDisconnect"));
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        answer.send(()).unwrap();
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Cancelled)));
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["a"], "what arrived is kept once the disk answers");
}

#[tokio::test]
async fn a_cut_amid_a_file_aborts_it_and_is_a_disconnect() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"whole"), (SUCCESS, b"")]).await;
        phone.file("/b", "U/b", &[(DATA, b"half")]).await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Disconnected)), "{:?}", ended.result);
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(ended.files.aborted[0].1, "b");
}

fn status_plist(state: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let status: Dictionary = [("SnapshotState".to_string(), Value::from(state))].into_iter().collect();
    Value::Dictionary(status).to_writer_binary(&mut out).unwrap();
    out
}

/// A backup that wrote `state` and then fell silent for good.
async fn without_a_last_word(state: &str, touched: bool) -> Ended {
    let mut files = Memory::default();
    let status = status_plist(state);
    let name = if touched { "Snapshot/Status.plist" } else { "Status.plist" };
    files.stored.insert(name.into(), status);
    against(files, async move |mut phone| {
        if touched {
            let moves = pairs(&[("U/Snapshot/Status.plist", "U/Status.plist")]);
            phone.ask(vec!["DLMessageMoveItems".into(), moves, empty(), Value::Real(100.0), 0.into()]).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_missing_last_word_is_unconfirmed_only_when_all_else_is_finished() {
    let ended = without_a_last_word("finished", true).await;
    ended.result.unwrap();
    assert!(ended.outcome.unconfirmed);
    assert!(matches!(without_a_last_word("moving", true).await.result, Err(Error::Disconnected)));
    // The status an earlier backup left says nothing about this one.
    assert!(matches!(without_a_last_word("finished", false).await.result, Err(Error::Disconnected)));
}

#[tokio::test(start_paused = true)]
async fn the_passcode_is_told_by_notification_and_by_silence() {
    let ended = against(Memory::default(), async |mut phone| {
        tokio::time::sleep(Duration::from_secs(10)).await;
        phone.ask(vec!["DLMessageGetFreeDiskSpace".into()]).await;
        phone.post("com.apple.LocalAuthentication.ui.presented").await;
        // Longer than the phone waits for the passcode; nothing here may give up before.
        tokio::time::sleep(Duration::from_secs(9 * 60)).await;
        phone.post("com.apple.LocalAuthentication.ui.dismissed").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        phone.finish(0).await;
    })
    .await;
    use Phase::{Connecting, WaitingForPasscode};
    assert_eq!(ended.phases(), [Connecting, WaitingForPasscode, Connecting, WaitingForPasscode, Connecting]);
    ended.result.unwrap();
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_backup_by_what_it_looks_like() {
    for (state, unconfirmed, limit) in [("finished", true, LAST_WORD), ("moving", false, NEXT_STEP)] {
        let mut files = Memory::default();
        files.stored.insert("Snapshot/Status.plist".into(), status_plist(state));
        let start = Instant::now();
        let ended = against(files, async move |mut phone| {
            let moves = pairs(&[("U/Snapshot/Status.plist", "U/Status.plist")]);
            phone.ask(vec!["DLMessageMoveItems".into(), moves, empty(), Value::Real(100.0), 0.into()]).await;
            phone.gone().await;
        })
        .await;
        assert_eq!((ended.result.is_ok(), ended.outcome.unconfirmed), (unconfirmed, unconfirmed));
        if !unconfirmed {
            assert!(matches!(ended.result, Err(Error::TimedOut { .. })));
        }
        let taken = ended.at - start;
        assert!(taken >= limit && taken < limit + Duration::from_secs(30), "{state}: {taken:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_amid_a_file_ends_the_backup_and_aborts_the_file() {
    let start = Instant::now();
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"half")]).await;
        phone.gone().await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::TimedOut { .. })), "{:?}", ended.result);
    assert!(ended.at - start < AMID_FILES + Duration::from_secs(5));
    assert_eq!(ended.files.aborted.len(), 1);
    assert!(ended.files.stored.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_password_waits_for_the_passcode_and_not_for_ever() {
    let start = Instant::now();
    let request = password::request("U", &PasswordChange::On { new: crate::Secret::new("x") });
    let ended = session(Aim::Password, request, &["U"], Memory::default(), async |mut phone: Phone| {
        // It says nothing at all: old systems post no notification either.
        phone.gone().await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::TimedOut { .. })), "{:?}", ended.result);
    assert!(ended.at - start < PASSWORD_STEP + Duration::from_secs(5));
    assert_eq!(ended.phases(), [Phase::Connecting, Phase::WaitingForPasscode]);
}

#[tokio::test(start_paused = true)]
async fn cancel_on_the_phone_stops_amid_a_file_within_two_seconds() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"whole"), (SUCCESS, b"")]).await;
        phone.file("/b", "U/b", &[(DATA, b"half")]).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        phone.post(notification::SYNC_CANCEL).await;
        assert_eq!(phone.hear().await[0].as_string(), Some("DLMessageDisconnect"));
        assert!(start.elapsed() < Duration::from_secs(2));
    })
    .await;
    assert!(matches!(ended.result, Err(Error::CancelledOnDevice)), "{:?}", ended.result);
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn suspending_and_resuming_disturbs_nothing() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"1")]).await;
        phone.post(notification::SYNC_SUSPEND).await;
        tokio::time::sleep(AMID_FILES / 2).await;
        phone.post(notification::SYNC_RESUME).await;
        phone.end().await;
        phone.end().await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert_eq!(ended.files.stored["a"], b"1");
}

#[tokio::test]
async fn a_phone_that_never_pauses_can_be_stopped() {
    let ended = against(Memory::default(), async |phone| {
        let ask = wire::frame::encode_binary(&Value::Array(vec!["DLMessageGetFreeDiskSpace".into()])).unwrap();
        let (mut read, mut write) = tokio::io::split(phone.socket);
        let flood = async { while tokio::io::AsyncWriteExt::write_all(&mut write, &ask).await.is_ok() {} };
        let drain = async {
            let mut heard = tokio::io::sink();
            tokio::time::sleep(Duration::from_millis(50)).await;
            phone.cancel.cancel();
            tokio::io::copy(&mut read, &mut heard).await
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(flood, drain) }).await.unwrap();
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Cancelled)), "{:?}", ended.result);
}

#[tokio::test]
async fn unreadable_files_are_no_failure_of_a_backup_that_is_complete_without_them() {
    for (state, complete) in [("finished", true), ("moving", false)] {
        let mut files = Memory::default();
        files.stored.insert("Snapshot/Status.plist".into(), status_plist(state));
        let ended = against(files, async |mut phone| {
            phone.say(upload()).await;
            let told: &[u8] = b"Input/output error";
            phone.file("/backup_manifest.db", "U/Snapshot/aa/x", &[(LOCAL_ERROR, told)]).await;
            phone.end().await;
            assert_eq!(phone.status().await, done());
            let moves = pairs(&[("U/Snapshot/Status.plist", "U/Status.plist")]);
            phone.ask(vec!["DLMessageMoveItems".into(), moves, empty(), Value::Real(100.0), 0.into()]).await;
            phone.finish(104).await;
        })
        .await;
        assert_eq!(ended.outcome.unreadable_count, 1);
        match ended.result {
            Ok(()) => assert!(complete),
            Err(Error::Backup { failure: BackupFailure::UploadErrors, .. }) => assert!(!complete),
            other => panic!("{other:?}"),
        }
    }
}
