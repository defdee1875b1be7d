//! A phone that lies: whatever it sends, no panic, no hang, no byte outside the folder, and little memory.

use super::super::aim::Aim;
use super::super::{Outcome, Refused, back_up};
use super::phone::{Memory, Phone, against, done, empty, pairs, session, strings, upload};
use crate::Error;
use plist::{Dictionary, Value};
use tokio::io::AsyncWriteExt;
use wire::devicelink::block::{DATA, LOCAL_ERROR, SUCCESS};

/// With the status each gets.
const WILD_PATHS: [(&str, i64); 14] = [
    ("U/../../etc/passwd", -1),
    ("U/..", -1),
    ("../U/x", -1),
    ("V/Snapshot/aa/x", -1),
    ("U/C:stream", -1),
    ("C:/Windows/x", -1),
    ("U/..\\..\\x", -1),
    ("\\\\server\\share\\x", -1),
    ("U/a\0b", -1),
    ("U//x", -1),
    ("U/./x", -1),
    ("U/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", -1),
    ("U", -1),
    ("/etc/passwd", -6),
];

#[tokio::test]
async fn hostile_paths_are_refused_drained_and_told() {
    let ended = against(Memory::default(), async |mut phone| {
        for (path, code) in WILD_PATHS {
            phone.say(upload()).await;
            phone.file("/evil", path, &[(DATA, b"bad"), (DATA, b"worse"), (SUCCESS, b"")]).await;
            phone.file("/good", "U/good", &[(DATA, b"ok"), (SUCCESS, b"")]).await;
            phone.end().await;
            assert_eq!(phone.status().await.0, code, "{path}");
            let moved = vec!["DLMessageMoveItems".into(), pairs(&[("U/good", path)]), empty(), Value::Real(0.0)];
            assert_eq!(phone.ask(moved).await.0, code, "{path}");
            let removed = vec!["DLMessageRemoveItems".into(), strings(&[path]), empty(), Value::Real(0.0)];
            assert_eq!(phone.ask(removed).await.0, code, "{path}");
        }
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert_eq!(ended.files.stored.keys().collect::<Vec<_>>(), ["good"]);
    assert!(ended.outcome.refused.contains(&Refused::Path { path: "U/../../etc/passwd".into() }));
}

#[tokio::test]
async fn a_wild_length_ends_the_session() {
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        phone.path("/a").await;
        phone.path("U/a").await;
        // libimobiledevice#1135: ASCII read as a length.
        phone.socket.write_all(b"Nope").await.unwrap();
        phone.hear().await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Wire(wire::Error::TooLong { .. }))));
    assert!(ended.files.stored.is_empty());
}

#[tokio::test]
async fn hostile_paths_are_not_read_either() {
    let mut files = Memory::default();
    files.stored.insert("../x".into(), b"secret".to_vec());
    let ended = against(files, async |mut phone| {
        for (path, _) in WILD_PATHS.into_iter().chain([("U/../x", 0)]) {
            let wanted = strings(&[path]);
            phone.say(vec!["DLMessageDownloadFiles".into(), wanted, empty(), Value::Real(0.0), 0.into()]).await;
            phone.bytes(&(path.len() as u32).to_be_bytes()).await;
            phone.bytes(path.as_bytes()).await;
            phone.bytes(b"\0\0\0\x1a\x06No such file or directory\0\0\0\0").await;
            assert_eq!(phone.status().await.0, -13, "{path}");
            let listed = phone.ask(vec!["DLContentsOfDirectory".into(), path.into()]).await.0;
            let made = phone.ask(vec!["DLMessageCreateDirectory".into(), path.into(), empty()]).await.0;
            let copied = phone.ask(vec!["DLMessageCopyItem".into(), path.into(), "U/y".into(), empty()]).await.0;
            if path != "U" {
                assert!(listed < 0 && made < 0 && copied < 0, "{path}: {listed} {made} {copied}");
            }
        }
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert!(ended.files.folders.iter().all(String::is_empty), "{:?}", ended.files.folders);
}

/// Ends a session by bytes that no phone sends; the error it ended with.
async fn ended_by(bytes: Vec<u8>) -> Error {
    let ended = against(Memory::default(), async move |mut phone| {
        let _ = phone.socket.write_all(&bytes).await;
        tokio::time::timeout(std::time::Duration::from_secs(5), phone.gone()).await.unwrap();
    })
    .await;
    assert!(ended.files.stored.is_empty());
    ended.result.unwrap_err()
}

#[tokio::test]
async fn lengths_of_four_gibibytes_end_the_session_and_take_no_memory() {
    let upload = wire::frame::encode_binary(&Value::Array(upload())).unwrap();
    let path = [&3u32.to_be_bytes()[..], b"U/a"].concat();
    for rest in [vec![], path.clone(), [path.clone(), path.clone()].concat()] {
        let bytes = [&upload[..], &rest, &[0xff; 4]].concat();
        assert!(matches!(ended_by(bytes).await, Error::Wire(wire::Error::TooLong { .. })));
    }
    assert!(matches!(ended_by(vec![0xff; 4]).await, Error::Wire(wire::Error::TooLong { .. })));
    assert!(matches!(ended_by(b"\0\0\0\x08bplist00".to_vec()).await, Error::Wire(_)));
    let text = wire::frame::encode_binary(&"no array".into()).unwrap();
    assert!(matches!(ended_by(text).await, Error::Wire(wire::Error::Field { .. })));
}

#[tokio::test]
async fn wrong_types_are_answered_and_the_session_goes_on() {
    let ended = against(Memory::default(), async |mut phone| {
        let odd = || -> [Value; 6] {
            let nested = Value::Array(vec![Value::Array(vec![7.into()]), Value::Data(vec![1])]);
            let pairs: Dictionary = [("U/a".to_string(), Value::from(5))].into_iter().collect();
            [5.into(), "text".into(), Value::Data(vec![0; 9]), nested, Value::Dictionary(pairs), Value::Real(f64::NAN)]
        };
        for name in [
            "DLMessageMoveItems",
            "DLMessageMoveFiles",
            "DLMessageRemoveItems",
            "DLContentsOfDirectory",
            "DLMessageCreateDirectory",
            "DLMessageCopyItem",
            "DLMessagePurgeDiskSpace",
            "DLMessageVersionExchange",
            "DLMessageDeviceReady",
            "DLMessageBrandNew",
        ] {
            for value in odd() {
                let (code, ..) = phone.ask(vec![name.into(), value.clone(), value.clone(), value]).await;
                assert!(code < 0, "{name}");
            }
            assert!(phone.ask(vec![name.into()]).await.0 < 0, "{name}");
        }
        // The end of a list of files comes before the status all the same.
        for value in odd().into_iter().filter(|value| value.as_array().is_none_or(|items| !items.is_empty())) {
            phone.say(vec!["DLMessageDownloadFiles".into(), value, empty()]).await;
            phone.bytes(&[0; 4]).await;
            assert_eq!(phone.status().await.0, -1);
        }
        // Numbers that are none are no progress and no size.
        let odd = vec!["DLMessageUploadFiles".into(), 5.into(), "fifty".into(), Value::Real(-3.0)];
        phone.say(odd).await;
        phone.end().await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert!(ended.files.stored.is_empty());
}

/// The most memory this process ever took.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

/// With the other tests of this process about.
const MEMORY: u64 = 300 << 20;

#[tokio::test]
async fn endless_lists_are_cut_short() {
    // Within the limit of a frame, and all of it read.
    let many: Vec<Value> = (0..300_000).map(|at| format!("U/{:02x}/{at:040x}", at % 256).into()).collect();
    let ended = against(Memory::default(), async move |mut phone| {
        phone.say(vec!["DLMessageRemoveItems".into(), Value::Array(many), empty(), Value::Real(1.0)]).await;
        assert_eq!(phone.status().await, done());
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();

    // More than any phone has: one small object, two million times over.
    let list = crowded(2_000_000);
    assert!(list.len() < 64 << 20);
    let ended = against(Memory::default(), async move |mut phone| {
        let _ = phone.socket.write_all(&list).await;
    })
    .await;
    assert!(matches!(ended.result, Err(Error::Wire(wire::Error::PlistTooMuch))), "{:?}", ended.result);
    if let Some(peak) = peak() {
        assert!(peak < MEMORY, "{peak}");
    }
}

/// A frame of a list of so many short texts, each its own object.
fn crowded(count: u32) -> Vec<u8> {
    let mut body = b"bplist00".to_vec();
    let mut offsets = vec![8u32];
    body.extend_from_slice(&[0xAF, 0x12]);
    body.extend_from_slice(&count.to_be_bytes());
    (1..=count).for_each(|reference| body.extend_from_slice(&reference.to_be_bytes()));
    for _ in 0..count {
        offsets.push(body.len() as u32);
        body.extend_from_slice(&[0x51, b'x']);
    }
    let table = body.len() as u64;
    offsets.iter().for_each(|offset| body.extend_from_slice(&offset.to_be_bytes()));
    body.extend_from_slice(&[0, 0, 0, 0, 0, 0, 4, 4]);
    [u64::from(count) + 1, 0, table].iter().for_each(|word| body.extend_from_slice(&word.to_be_bytes()));
    [&(body.len() as u32).to_be_bytes()[..], &body].concat()
}

#[tokio::test]
async fn endless_complaints_are_counted_and_only_some_are_kept() {
    const FILES: u64 = 12_000;
    let ended = against(Memory::default(), async |mut phone| {
        phone.say(upload()).await;
        let long = "x".repeat(3000);
        for at in 0..FILES {
            let text = long.as_bytes();
            phone.file(&format!("/{at}{long}"), &format!("U/{at}"), &[(LOCAL_ERROR, text)]).await;
            phone.file("/wild", &format!("V/{at}{long}"), &[(DATA, b"x"), (SUCCESS, b"")]).await;
            phone.file("/odd", &format!("U/s{at}"), &[(DATA, b"x"), (LOCAL_ERROR, text)]).await;
        }
        phone.end().await;
        assert_eq!(phone.status().await.0, -1);
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    let outcome = ended.outcome;
    assert_eq!((outcome.unreadable_count, outcome.files), (FILES, FILES));
    assert!(outcome.unreadable.len() > 100 && outcome.unreadable.len() < Outcome::REPORTED);
    let kept: usize =
        outcome.unreadable.iter().chain(&outcome.suspect).map(|file| file.device_path.len() + file.text.len()).sum();
    let refused: usize = outcome
        .refused
        .iter()
        .map(|refused| match refused {
            Refused::Path { path } => path.len(),
            Refused::Message { name } => name.len(),
        })
        .sum();
    assert!(kept + refused <= 4 << 20, "{kept} {refused}");
    if let Some(peak) = peak() {
        assert!(peak < MEMORY, "{peak}");
    }
}

#[tokio::test]
async fn endless_wishes_for_missing_files_are_answered_one_by_one() {
    let many: Vec<Value> = (0..60_000).map(|at| format!("/{at}").into()).collect();
    let request = back_up::request("U", false);
    let ended = session(Aim::Restore, request, &["U"], Memory::default(), async move |mut phone: Phone| {
        phone.say(vec!["DLMessageDownloadFiles".into(), Value::Array(many), empty(), Value::Real(1.0)]).await;
        for at in 0..60_000 {
            let path = format!("/{at}");
            phone.bytes(&(path.len() as u32).to_be_bytes()).await;
            phone.bytes(path.as_bytes()).await;
            phone.bytes(b"\0\0\0\x1a\x06No such file or directory").await;
        }
        phone.bytes(&[0; 4]).await;
        let (code, _, payload) = phone.status().await;
        assert_eq!((code, payload.as_dictionary().unwrap().len()), (-13, 10_000));
        phone.finish(0).await;
    })
    .await;
    ended.result.unwrap();
    assert_eq!(ended.outcome.unreadable_count, 0);
}
