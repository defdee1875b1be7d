//! A phone that lies, against the real `heirloom`: it neither panics nor hangs, takes little memory, and writes nothing beside its
//! own folders.

use crate::sweep::verify_all;
use crate::terminal::{good, heirloom};
use engine::simulator::{AfcFaults, Faults, Lists, LockdownFaults, LongList, UploadPart};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tests::{phone_options, simulator};

/// The most memory it may take, bytes.
const MEMORY: u64 = 300 << 20;
/// Longer than a phone is left to keep silent where it promised bytes.
const PATIENCE: Duration = Duration::from_secs(100);

/// How `heirloom` ended.
struct Ended {
    /// `None`: killed by a signal.
    code: Option<i32>,
    answer: Value,
    /// Largest resident size, bytes.
    memory: u64,
}

/// What a phone may do, by name.
fn hostilities() -> Vec<(String, Faults)> {
    let many = if std::env::var_os("HEIRLOOM_FAULTS").is_some() { 10 } else { 1 };
    let list = |of, items: u64| Faults { long_list: Some(LongList { of, items: items * many }), ..Faults::default() };
    let afc = |afc| Faults { afc, ..Faults::default() };
    let lockdown = |lockdown| Faults { lockdown, ..Faults::default() };
    let mut all = vec![
        ("wild paths", Faults { hostile_paths: true, ..Faults::default() }),
        ("endless moves", list(Lists::Moves, 20_000)),
        ("endless removals", list(Lists::Removes, 30_000)),
        ("endless wishes", list(Lists::Downloads, 6_000)),
        ("endless files", list(Lists::Uploads, 10_000)),
        ("a path of 4 GiB", Faults { huge_upload: Some(UploadPart::Path), ..Faults::default() }),
        ("a block of 4 GiB", Faults { huge_upload: Some(UploadPart::Block), ..Faults::default() }),
        ("a message of 4 GiB", Faults { huge_length_at_message: Some(6), ..Faults::default() }),
        ("unknown messages", Faults { unknown_message: true, purge: true, split: Some(700), ..Faults::default() }),
        ("an endless folder", afc(AfcFaults { list_bytes: Some(5_000_000_000), ..AfcFaults::default() })),
        ("a file answer of 4 GiB", afc(AfcFaults { huge_length_at_reply: Some(1), ..AfcFaults::default() })),
        ("another file's answer", afc(AfcFaults { wrong_number_at_reply: Some(1), ..AfcFaults::default() })),
        ("an answer of 4 GiB", lockdown(LockdownFaults { huge_length_at_reply: Some(2), ..LockdownFaults::default() })),
    ];
    for at in [2, 4, 5] {
        let faults = LockdownFaults { wrong_types_at_reply: Some(at), ..LockdownFaults::default() };
        all.push(("wrong types in answers", lockdown(faults)));
    }
    for at in [1, 3, 4, 6, 8] {
        all.push(("wrong types in messages", Faults { wrong_types_at_message: Some(at), ..Faults::default() }));
    }
    all.into_iter().enumerate().map(|(at, (name, faults))| (format!("{at} {name}"), faults)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_phone_sends_the_computer_and_the_store_stay_whole() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let simulator = simulator(&folder.path().join("phone"), phone_options(9, 0.002)).await;
    let (mux, phone) = (simulator.address().to_string(), simulator.phones().remove(0));
    good(&home, &mux, &["back-up"]).await;
    let mut most = 0;
    for (name, faults) in hostilities() {
        phone.set_faults(faults);
        let mut command = heirloom(&home, &mux);
        command.arg("back-up");
        let ended = tokio::task::spawn_blocking(move || end_of(command)).await.unwrap();
        assert!(matches!(ended.code, Some(0 | 1)), "{name}: ended with {:?}, {:#}", ended.code, ended.answer);
        assert_ne!(ended.answer["code"], "bug", "{name}: {:#}", ended.answer);
        assert!(ended.memory < MEMORY, "{name}: {} bytes", ended.memory);
        most = most.max(ended.memory);
        phone.set_faults(Faults::default());
    }
    println!("at most {} MB of memory", most / 1_000_000);
    good(&home, &mux, &["back-up"]).await;
    nothing_escaped(folder.path());
    verify_all(home.join("Backups")).await;
}

/// Runs a program to its end, which must come.
#[expect(clippy::zombie_processes, reason = "wait4 waits for it, and tells its memory")]
fn end_of(mut command: Command) -> Ended {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let process = libc::pid_t::try_from(child.id()).unwrap();
    let (done, over) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if over.recv_timeout(PATIENCE).is_err_and(|why| why == std::sync::mpsc::RecvTimeoutError::Timeout) {
            // The child is not waited for yet, so its number is still its own.
            unsafe { libc::kill(process, libc::SIGKILL) };
        }
    });
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    // Plain C data: zeros are a valid value. The call waits for a child of this process.
    let (mut status, mut usage) = (0, unsafe { std::mem::zeroed::<libc::rusage>() });
    let waited = unsafe { libc::wait4(process, &mut status, 0, &mut usage) };
    drop(done);
    watch.join().unwrap();
    assert_eq!(waited, process);
    Ended {
        code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        answer: serde_json::from_str(&said).unwrap_or_default(),
        // Linux counts kilobytes.
        memory: usage.ru_maxrss.max(0) as u64 * 1024,
    }
}

/// Only the folders that are Heirloom's own are there, and in the store only what its format knows.
fn nothing_escaped(folder: &Path) {
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(names(folder), set(&["home", "phone"]));
    assert_eq!(names(&folder.join("home")), set(&["Backups", "cache", "data"]));
    assert_eq!(names(&folder.join("home/Backups")), set(&["Heirloom"]));
    let known = set(&["README.txt", "STORE.json", "ballast", "devices", "leases", "objects", "reader.py"]);
    let store = names(&folder.join("home/Backups/Heirloom"));
    assert!(store.is_subset(&known), "{store:?}");
    for place in ["/tmp/heirloom-escaped", "/tmp/escaped", "/escaped"] {
        assert!(!Path::new(place).exists(), "{place}");
    }
    let home = tests::tree(&folder.join("home"));
    let odd: Vec<_> = home.keys().filter(|path| path.contains("escaped") || path.contains("taken")).collect();
    assert!(odd.is_empty(), "{odd:?}");
}
