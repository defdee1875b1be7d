//! A restore against a scripted phone: what it gets, and what it is told.

use super::super::aim::Aim;
use super::super::restore::{self, RestoreOptions};
use super::super::{BackupEvent, BackupFailure, Phase, Unreadable};
use super::device::{Device, Front};
use super::phone::{Ended, Memory, Phone, done, empty, pairs, session, strings, upload};
use crate::{Error, Secret};
use plist::Value;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wire::devicelink::block::{DATA, SUCCESS};

const MISSING: &[u8] = b"\0\0\0\x1a\x06No such file or directory";

fn options() -> RestoreOptions {
    RestoreOptions {
        keep_settings: false,
        remove_others: true,
        reboot: true,
        password: Some(Secret::new("hunter2")),
        source: Some("OLD".into()),
        apps: None,
    }
}

async fn restored(files: Memory, script: impl AsyncFnOnce(Phone)) -> Ended {
    let request = restore::request("U", &options());
    session(Aim::Restore, request, &["U", "OLD"], files, script).await
}

fn wanted(paths: &[&str], percent: f64) -> Vec<Value> {
    vec!["DLMessageDownloadFiles".into(), strings(paths), empty(), Value::Real(percent), 0.into()]
}

/// The bytes of one file as the phone gets them.
fn sent(path: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = [&(path.len() as u32).to_be_bytes(), path.as_bytes()].concat();
    for block in content.chunks(32 << 10) {
        bytes.extend_from_slice(&(block.len() as u32 + 1).to_be_bytes());
        bytes.push(DATA);
        bytes.extend_from_slice(block);
    }
    bytes.extend_from_slice(&[0, 0, 0, 1, SUCCESS]);
    bytes
}

#[tokio::test]
async fn the_phone_gets_its_files_by_either_name_and_restarts() {
    let mut files = Memory::default();
    let big: Vec<u8> = (0..700_000u32).map(|at| (at % 251) as u8).collect();
    for (path, content) in [
        ("Status.plist", b"status".to_vec()),
        ("Manifest.db", vec![7; 40_000]),
        ("aa/big", big.clone()),
        ("bb/small", vec![1]),
    ] {
        files.stored.insert(path.into(), content);
    }
    let ended = restored(files, async move |mut phone| {
        assert_eq!(phone.request["Options"].as_dictionary().unwrap()["Password"].as_string(), Some("hunter2"));
        phone.say(wanted(&["OLD/Status.plist", "U/Manifest.db"], 1.0)).await;
        phone.bytes(&sent("OLD/Status.plist", b"status")).await;
        phone.bytes(&sent("U/Manifest.db", &[7; 40_000])).await;
        phone.bytes(&[0; 4]).await;
        assert_eq!(phone.status().await, done());

        phone.say(wanted(&["OLD/aa/big", "/.b/3/Library/x", "OLD/cc/gone", "OLD/bb/small"], 100.0)).await;
        phone.bytes(&sent("OLD/aa/big", &big)).await;
        phone.bytes(b"\0\0\0\x0f/.b/3/Library/x").await;
        phone.bytes(MISSING).await;
        phone.bytes(b"\0\0\0\x0bOLD/cc/gone").await;
        phone.bytes(MISSING).await;
        phone.bytes(&sent("OLD/bb/small", &[1])).await;
        phone.bytes(&[0; 4]).await;
        let (code, _, payload) = phone.status().await;
        assert_eq!((code, payload.as_dictionary().unwrap().len()), (-13, 2));
        // It restarts at once: nobody is left to say goodbye to.
        phone.finish(0).await;
    })
    .await;
    assert_eq!(ended.phases(), [Phase::Connecting, Phase::Sending, Phase::Finishing]);
    ended.result.unwrap();
    // A staging path is none of the backup's files.
    let gone = Unreadable {
        device_path: "OLD/cc/gone".into(),
        path: "cc/gone".into(),
        text: "No such file or directory".into(),
    };
    assert_eq!((ended.outcome.unreadable_count, &ended.outcome.unreadable), (1, &vec![gone.clone()]));
    assert!(ended.events.contains(&BackupEvent::Unreadable(gone)));
    assert!(ended.events.contains(&BackupEvent::Progress { percent: 100.0 }));
    assert!(ended.events.contains(&BackupEvent::Bytes { received: 6 + 40_000 + 700_000 + 1, files: 4 }));
}

#[tokio::test]
async fn what_the_phone_writes_meanwhile_goes_to_the_files() {
    let mut files = Memory::default();
    files.stored.insert("aa/x".into(), vec![1, 2, 3]);
    let ended = restored(files, async |mut phone| {
        let copied = phone.ask(vec!["DLMessageCopyItem".into(), "OLD".into(), "U/Copy".into(), empty()]).await;
        assert_eq!(copied, done());
        let absolute = vec!["DLMessageCopyItem".into(), "/.b/1/x".into(), "U/y".into(), empty()];
        assert_eq!(phone.ask(absolute).await.0, -6);
        let moves = pairs(&[("OLD/aa/x", "U/aa/y")]);
        let moved = phone.ask(vec!["DLMessageMoveItems".into(), moves, empty(), Value::Real(0.0), 0.into()]).await;
        assert_eq!(moved, done());
        phone.say(upload()).await;
        phone.file("/a", "OLD/Status.plist", &[(DATA, b"new"), (SUCCESS, b"")]).await;
        phone.end().await;
        assert_eq!(phone.status().await, done());
        let foreign = phone.ask(vec!["DLContentsOfDirectory".into(), "ELSE/aa".into()]).await;
        assert_eq!(foreign.0, -1);
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["Status.plist", "aa/y"]);
    assert_eq!(ended.files.copies, [("".to_string(), "Copy".to_string())]);
}

#[tokio::test]
async fn every_refusal_of_a_phone_has_its_name() {
    use BackupFailure::*;
    for (code, expected) in [
        (11, BadPlist),
        (24, OpenFailed),
        (102, RestoreLeftover),
        (103, BadProperties),
        (106, DeviceFull),
        (203, VersionMismatch),
        (205, Inconsistent),
        (207, WrongPassword),
        (208, LockedOrNoPasscode),
        (211, FindMyOn),
        (212, NotSetUp),
    ] {
        let ended = restored(Memory::default(), async |phone| phone.finish(code).await).await;
        let Err(Error::Backup { failure, code: told, .. }) = ended.result else { panic!("{:?}", ended.result) };
        assert_eq!((failure, told), (expected, code));
    }
}

#[tokio::test]
async fn without_a_last_word_a_restore_is_no_success() {
    let mut files = Memory::default();
    files.stored.insert("aa/x".into(), vec![1]);
    let ended = restored(files, async |mut phone| {
        phone.say(wanted(&["OLD/aa/x"], 100.0)).await;
        phone.bytes(&sent("OLD/aa/x", &[1])).await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Disconnected)), "{:?}", ended.result);
    assert!(!ended.outcome.unconfirmed);
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_stops_reading_does_not_keep_it_from_being_cancelled() {
    let mut files = Memory::default();
    files.stored.insert("aa/huge".into(), vec![3; 8 << 20]);
    let (cancelled, when) = tokio::sync::oneshot::channel();
    let ended = restored(files, async |mut phone| {
        phone.say(wanted(&["OLD/aa/huge"], 50.0)).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        cancelled.send(Instant::now()).unwrap();
        phone.cancel.cancel();
        // Writing, for reading would help it along.
        while phone.socket.write_all(&[0; 1024]).await.is_ok() {}
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Cancelled)), "{:?}", ended.result);
    let taken = ended.at - when.await.unwrap();
    assert!(taken <= Duration::from_millis(2100), "{taken:?}");
}

async fn restored_by(device: Device) -> (crate::Result<()>, Vec<String>) {
    let (mux, who, device) = device.start().await;
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    let options = RestoreOptions { apps: Some(b"<plist/>".to_vec()), source: None, ..options() };
    let cancel = CancellationToken::new();
    let (result, _) = restore::restore(&mux, &who, Memory::default(), options, events, cancel).await;
    let mut restarts = false;
    while let Ok(event) = told.try_recv() {
        restarts |= event == BackupEvent::Phase(Phase::Restarting);
    }
    assert_eq!(restarts, result.is_ok());
    (result.map(drop), device.asked())
}

const LIST: &str = "/iTunesRestore/RestoreApplications.plist";

#[tokio::test]
async fn the_list_of_apps_is_there_before_the_request_and_gone_after_a_failure() {
    for code in [0, 207] {
        let (result, asked) =
            restored_by(Device { code: Some(code), ..Device::new(Front::Genuine, Front::Genuine) }).await;
        assert_eq!(result.is_ok(), code == 0, "{result:?}");
        let at = |what: &str| asked.iter().position(|asked| asked == what);
        let steps = ["lock", "make /iTunesRestore", "write <plist/>", &format!("name {LIST}"), "Restore"].map(at);
        assert!(steps.iter().all(Option::is_some) && steps.is_sorted(), "{asked:?}");
        assert_eq!(at(&format!("remove {LIST}")).is_some(), code != 0, "{asked:?}");
        assert!(at("unlock").is_some());
    }
}

#[tokio::test]
async fn a_device_that_takes_no_list_of_apps_is_restored_without() {
    let device = Device { takes_apps: false, ..Device::new(Front::Genuine, Front::Genuine) };
    let (result, asked) = restored_by(device).await;
    result.unwrap();
    assert!(asked.contains(&"Restore".to_string()) && !asked.iter().any(|asked| asked.starts_with("write")));
}
