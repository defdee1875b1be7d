//! The backup loop against a scripted phone: the exact replies, and what ends up stored.

mod device;
mod ends;
mod hostile;
mod phone;
mod restoring;
mod secrets;

use super::{BackupEvent, Phase, Refused, Unreadable};
use crate::{BackupFailure, Error};
use phone::{Ended, Memory, against, done, empty, pairs, strings, upload};
use plist::Value;
use tokio::io::AsyncWriteExt;
use wire::devicelink::block::{DATA, LOCAL_ERROR, REMOTE_ERROR, SUCCESS};

fn unreadable(device_path: &str, path: &str, text: &str) -> Unreadable {
    Unreadable { device_path: device_path.into(), path: path.into(), text: text.into() }
}

#[tokio::test]
async fn files_arrive_whole_and_the_batch_gets_one_status() {
    let Ended { result, outcome, files, events, .. } = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/Snapshot/aa/one", &[(DATA, b"hello "), (DATA, b"there"), (SUCCESS, b"")]).await;
        phone.file("/b", "U/Snapshot/bb/empty", &[(SUCCESS, b"")]).await;
        phone.file("/c", "U/Snapshot/cc/bare", &[(DATA, b"x")]).await;
        // A bare zero ends a file too; after it the next file follows.
        phone.end().await;
        phone.file("/d", "U/Snapshot/dd/talkative", &[(DATA, b""), (DATA, b"y"), (SUCCESS, b"drain me")]).await;
        phone.end().await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    result.unwrap();
    let stored: Vec<(&str, &[u8])> = files.stored.iter().map(|(path, data)| (path.as_str(), &data[..])).collect();
    assert_eq!(
        stored,
        [
            ("Snapshot/aa/one", &b"hello there"[..]),
            ("Snapshot/bb/empty", b""),
            ("Snapshot/cc/bare", b"x"),
            ("Snapshot/dd/talkative", b"y"),
        ]
    );
    assert_eq!((outcome.files, outcome.bytes, outcome.unreadable_count), (4, 13, 0));
    assert!(!outcome.unconfirmed);
    assert!(events.contains(&BackupEvent::Phase(Phase::Receiving)));
    assert!(events.contains(&BackupEvent::Progress { percent: 50.0 }));
}

#[tokio::test]
async fn unreadable_files_are_aborted_by_name_and_never_empty() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.file("/local", "U/Snapshot/aa/local", &[(LOCAL_ERROR, b"Input/output error")]).await;
        phone.file("/remote", "U/Snapshot/aa/remote", &[(REMOTE_ERROR, b"gone")]).await;
        phone.file("/odd", "U/Snapshot/aa/odd", &[(0x42, b"what")]).await;
        phone.file("/plain", "U/Snapshot/aa/plain", &[(DATA, b"abc"), (REMOTE_ERROR, b"")]).await;
        phone.file("/silent", "U/Snapshot/aa/silent", &[(DATA, b"abc"), (LOCAL_ERROR, b"")]).await;
        phone.file("/suspect", "U/Snapshot/aa/suspect", &[(DATA, b"ab"), (REMOTE_ERROR, b"cut")]).await;
        phone.file("/strange", "U/Snapshot/aa/strange", &[(DATA, b"ab"), (0x42, b"")]).await;
        phone.file("/after", "U/Snapshot/aa/after", &[(DATA, b"fine"), (SUCCESS, b"")]).await;
        phone.end().await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    let stored: Vec<&str> = ended.files.stored.keys().map(String::as_str).collect();
    let whole = ["after", "plain", "silent", "strange", "suspect"].map(|name| format!("Snapshot/aa/{name}"));
    assert_eq!(stored, whole);
    let aborted: Vec<(&str, u8, &str)> =
        ended.files.aborted.iter().map(|(_, path, code, text)| (path.as_str(), *code, text.as_str())).collect();
    assert_eq!(
        aborted,
        [
            ("Snapshot/aa/local", 0x06, "Input/output error"),
            ("Snapshot/aa/remote", 0x0B, "gone"),
            ("Snapshot/aa/odd", 0x42, "what"),
        ]
    );
    assert_eq!(ended.outcome.unreadable[0], unreadable("/local", "Snapshot/aa/local", "Input/output error"));
    assert_eq!(ended.outcome.unreadable_count, 3);
    let early = "it may have ended early";
    let suspect = [("plain", early), ("silent", early), ("suspect", "cut"), ("strange", early)]
        .map(|(name, text)| unreadable(&format!("/{name}"), &format!("Snapshot/aa/{name}"), text));
    assert_eq!(ended.outcome.suspect, suspect);
    assert_eq!(ended.events.iter().filter(|event| matches!(event, BackupEvent::Unreadable(_))).count(), 3);
}

#[tokio::test]
async fn a_large_file_flows_through_in_order() {
    let content: Vec<u8> = (0..5_000_000u32).flat_map(|n| [(n >> 8) as u8]).collect();
    let sent = content.clone();
    let ended = against(Memory::default(), async move |mut phone| {
        phone.say(upload()).await;
        phone.path("/big").await;
        phone.path("U/Snapshot/aa/big").await;
        for block in sent.chunks(32 << 10) {
            let mut bytes = wire::devicelink::block_header(DATA, block.len()).to_vec();
            bytes.extend_from_slice(block);
            phone.socket.write_all(&bytes).await.unwrap();
        }
        phone.socket.write_all(&[0, 0, 0, 1, 0]).await.unwrap();
        phone.end().await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert!(ended.files.stored["Snapshot/aa/big"] == content);
}

#[tokio::test]
async fn downloads_follow_the_order_and_name_what_is_missing() {
    let mut files = Memory::default();
    files.stored.insert("Status.plist".into(), b"status".to_vec());
    files.stored.insert("Manifest.db".into(), vec![7; 40_000]);
    let ended = against(files, async |mut phone| {
        let paths = strings(&["U/Status.plist", "U/Manifest.plist", "/.b/6/x", "U/Manifest.db"]);
        phone.say(vec!["DLMessageDownloadFiles".into(), paths, empty(), Value::Real(1.0), 0.into()]).await;
        let failed = b"\0\0\0\x1a\x06No such file or directory";
        for part in [
            &b"\0\0\0\x0eU/Status.plist\0\0\0\x07\x0cstatus\0\0\0\x01\0"[..],
            b"\0\0\0\x10U/Manifest.plist",
            failed,
            b"\0\0\0\x07/.b/6/x",
            failed,
            b"\0\0\0\x0dU/Manifest.db\0\0\x80\x01\x0c",
            &[7; 32768],
            b"\0\0\x1c\x41\x0c",
            &[7; 7232],
            b"\0\0\0\x01\0",
            &[0; 4],
        ] {
            phone.bytes(part).await;
        }
        let (code, text, payload) = phone.status().await;
        assert_eq!((code, text.as_str()), (-13, "Multi status"));
        let failures = payload.into_dictionary().unwrap();
        assert_eq!(failures.len(), 2);
        for path in ["U/Manifest.plist", "/.b/6/x"] {
            let failure = failures.get(path).unwrap().as_dictionary().unwrap();
            assert_eq!(failure.get("DLFileErrorCode").unwrap().as_signed_integer(), Some(-6));
            assert_eq!(failure.get("DLFileErrorString").unwrap().as_string(), Some("No such file or directory"));
        }
        // An empty list still gets its end and its status.
        phone
            .say(vec!["DLMessageDownloadFiles".into(), Value::Array(vec![]), empty(), Value::Real(1.0), 0.into()])
            .await;
        phone.bytes(&[0; 4]).await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
}

#[tokio::test]
async fn space_purge_and_the_unknown_are_answered() {
    let ended = against(Memory::default(), async |mut phone| {
        let free = phone.ask(vec!["DLMessageGetFreeDiskSpace".into()]).await;
        assert_eq!((free.0, free.2.as_unsigned_integer()), (0, Some(5 << 30)));
        let wanted = (2u64 << 30) + 700;
        let purge = phone.ask(vec!["DLMessagePurgeDiskSpace".into(), wanted.into(), 4.into()]).await;
        assert_eq!(purge, (-1, "Operation not supported".into(), empty()));
        let unknown = phone.ask(vec!["DLMessageBrandNew".into(), 1.into()]).await;
        assert_eq!(unknown, (-1, "Operation not supported".into(), empty()));
        let malformed = phone.ask(vec!["DLMessageMoveItems".into(), 5.into()]).await;
        assert_eq!(malformed, (-1, "Operation not supported".into(), empty()));
        phone.finish(105).await;
    })
    .await;
    let Err(Error::DiskFull { needed, free }) = ended.result else { panic!("{:?}", ended.result) };
    assert_eq!((needed, free), (Some((5 << 30) + 700), Some(5 << 30)));
    assert!(ended.outcome.refused.contains(&Refused::Message { name: "DLMessageBrandNew".into() }));
}

#[tokio::test]
async fn folders_moves_copies_and_removals_are_done_and_their_errors_numbered() {
    let mut files = Memory::default();
    for path in ["Snapshot/aa/x", "Snapshot/aa/y", "bb/old"] {
        files.stored.insert(path.into(), vec![1, 2, 3]);
    }
    let Ended { result, files, .. } = against(files, async |mut phone| {
        assert_eq!(phone.ask(vec!["DLMessageCreateDirectory".into(), "U/aa".into(), empty()]).await, done());
        let listed = phone.ask(vec!["DLContentsOfDirectory".into(), "U/Snapshot".into()]).await;
        let entry = listed.2.as_dictionary().unwrap().get("aa/x").unwrap().as_dictionary().unwrap().clone();
        assert_eq!(entry.get("DLFileType").unwrap().as_string(), Some("DLFileTypeRegular"));
        assert_eq!(entry.get("DLFileSize").unwrap().as_unsigned_integer(), Some(3));
        let date = entry.get("DLFileModificationDate").unwrap().as_date().unwrap();
        assert_eq!(date.to_xml_format(), "2023-11-14T22:13:20Z");
        assert_eq!(phone.ask(vec!["DLContentsOfDirectory".into(), "U/none".into()]).await.0, -6);

        // The one that fails does not keep the others from being done.
        let moves = pairs(&[("U/Snapshot/aa/none", "U/aa/none"), ("U/Snapshot/aa/x", "U/aa/x")]);
        let moved = phone.ask(vec!["DLMessageMoveItems".into(), moves, empty(), Value::Real(90.0), 0.into()]).await;
        assert_eq!(moved, (-6, "No such file or directory".into(), empty()));
        let moves = pairs(&[("U/Snapshot/aa/y", "U/aa/y")]);
        let moved = phone.ask(vec!["DLMessageMoveFiles".into(), moves, empty(), Value::Real(90.0), 0.into()]).await;
        assert_eq!(moved, done());
        let gone = strings(&["U/Snapshot", "U/bb", "U/nowhere"]);
        let removed = phone.ask(vec!["DLMessageRemoveItems".into(), gone, empty(), Value::Real(95.0), 0.into()]).await;
        assert_eq!(removed, done());
        let copied = phone.ask(vec!["DLMessageCopyItem".into(), "U/aa".into(), "U/cc".into(), empty()]).await;
        assert_eq!(copied, done());
        phone.finish(0).await;
    })
    .await;
    result.unwrap();
    assert_eq!(files.stored.keys().collect::<Vec<_>>(), ["aa/x", "aa/y"]);
    assert_eq!((files.folders, files.copies), (vec!["aa".to_string()], vec![("aa".to_string(), "cc".to_string())]));
}

#[tokio::test]
async fn a_full_disk_is_told_once_the_batch_is_drained() {
    let files = Memory { room: Some(10), ..Memory::default() };
    let ended = against(files, async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"12345"), (SUCCESS, b"")]).await;
        phone.file("/b", "U/b", &[(DATA, b"123456789"), (DATA, b"more"), (SUCCESS, b"")]).await;
        phone.file("/c", "U/c", &[(DATA, b"1"), (SUCCESS, b"")]).await;
        phone.end().await;
        assert_eq!(phone.status().await, (-15, "No space left on device".into(), empty()));
        phone.say(upload()).await;
        phone.file("/d", "U/d", &[(DATA, b"1"), (SUCCESS, b"")]).await;
        phone.end().await;
        assert_eq!(phone.status().await.0, -15);
        phone.finish(104).await;
    })
    .await;
    // Of the 100 bytes of the first batch 5 were stored, and as many still fit.
    let Err(Error::DiskFull { needed, free }) = ended.result else { panic!("{:?}", ended.result) };
    assert_eq!((needed, free), (Some(95 + (128 << 20)), Some(5)));
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(ended.files.aborted.len(), 1);
    assert_eq!((ended.files.aborted[0].1.as_str(), ended.files.aborted[0].2), ("b", 0));
}

#[tokio::test]
async fn a_file_that_cannot_be_stored_fails_the_backup_but_not_the_batch() {
    let files = Memory { broken: Some("a".into()), ..Memory::default() };
    let ended = against(files, async |mut phone| {
        phone.say(upload()).await;
        phone.file("/a", "U/a", &[(DATA, b"1"), (SUCCESS, b"")]).await;
        phone.file("/b", "U/b", &[(DATA, b"2"), (SUCCESS, b"")]).await;
        phone.end().await;
        assert_eq!(phone.status().await.0, -1);
        phone.finish(0).await;
    })
    .await;
    let Err(Error::Files { path, .. }) = ended.result else { panic!("{:?}", ended.result) };
    assert_eq!(path, "a");
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn the_phones_verdict_is_typed() {
    let ended = against(Memory::default(), async |phone| phone.finish(208).await).await;
    let Err(Error::Backup { failure, code, .. }) = ended.result else { panic!("{:?}", ended.result) };
    assert_eq!((failure, code), (BackupFailure::LockedOrNoPasscode, 208));
}
